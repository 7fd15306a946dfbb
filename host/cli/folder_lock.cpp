#include "cli/folder_lock.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace davit::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path &folder, int reason) {
  throw error(error_code::io,
              fmt::format("cannot lock the folder {}: {}", folder.string(), std::generic_category().message(reason)),
              "check that it is a folder which you may read", {folder.string()});
}

bool is_unsupported(int reason) {
  return reason == EBADF || reason == EINVAL || reason == ENOLCK || reason == ENOSYS || reason == EOPNOTSUPP;
}

} // namespace

folder_lock::folder_lock(const std::filesystem::path &folder)
    : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ < 0) fail(folder, errno);
  int outcome = 0;
  do outcome = ::flock(fd_, LOCK_EX);
  while (outcome != 0 && errno == EINTR);
  if (outcome == 0 || is_unsupported(errno)) return;
  const int reason = errno;
  ::close(fd_);
  fail(folder, reason);
}

folder_lock::~folder_lock() { ::close(fd_); }

} // namespace davit::cli
