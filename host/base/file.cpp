#include "base/file.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit {
namespace {

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor &) = delete;
  descriptor &operator=(const descriptor &) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

private:
  int fd_;
};

} // namespace

std::string read_file(const std::filesystem::path &path) {
  // O_NONBLOCK: a pipe is refused below, not waited for.
  const descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) throw std::system_error(errno, std::generic_category());
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) throw std::system_error(errno, std::generic_category());
  if (!S_ISREG(info.st_mode)) throw std::system_error(S_ISDIR(info.st_mode) ? EISDIR : EINVAL, std::generic_category());
  std::string bytes(static_cast<std::size_t>(info.st_size) + 1, '\0'); // the room left over is for what tells the end
  std::size_t have = 0;
  for (;;) {
    if (have == bytes.size()) bytes.resize(bytes.size() + 4096); // it has grown
    const std::size_t asked = bytes.size() - have;
    const auto n = ::read(fd.get(), bytes.data() + have, asked);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category());
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < asked && have == static_cast<std::size_t>(info.st_size)) break; // the end
  }
  bytes.resize(have);
  return bytes;
}

std::string hint_about_files(const std::error_code &why, std::string otherwise) {
  if (why != std::errc::too_many_files_open && why != std::errc::too_many_files_open_in_system) return otherwise;
  return "let davit have more files open: ulimit -n, LimitNOFILE of a systemd unit; a plugin that never closes its own "
         "counts, too";
}

} // namespace davit
