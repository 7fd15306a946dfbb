#include "cli/new_files.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace davit::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path &path, int reason) {
  throw error(error_code::io,
              fmt::format("cannot create {}: {}", path.string(), std::generic_category().message(reason)),
              "check the path, its permissions and the space on the disk", {path.string()});
}

void write_all(int fd, std::string_view content, const fs::path &path) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      ::close(fd);
      fail(path, reason);
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
}

} // namespace

new_files::~new_files() {
  for (auto path = created_.rbegin(); path != created_.rend(); ++path) {
    std::error_code left_behind; // a folder in which somebody else has put something since: theirs to keep
    fs::remove(*path, left_behind);
  }
}

void new_files::add_folder(const fs::path &path) {
  std::error_code problem;
  if (fs::is_directory(path, problem)) return;
  if (const auto parent = path.parent_path(); !parent.empty() && parent != path) add_folder(parent);
  // It may have come into being just now, by another hand.
  if (fs::create_directory(path, problem)) created_.push_back(path);
  if (problem) fail(path, problem.value());
}

void new_files::add_file(const fs::path &path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    throw error(error_code::io, fmt::format("{} exists already", path.string()),
                "nothing is ever overwritten: remove or rename it first", {path.string()});
  if (fd < 0) fail(path, errno);
  created_.push_back(path);
  write_all(fd, content, path);
  if (::close(fd) != 0) fail(path, errno);
}

std::vector<fs::path> new_files::keep() { return std::exchange(created_, {}); }

} // namespace davit::cli
