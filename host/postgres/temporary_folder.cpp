#include "postgres/temporary_folder.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::postgres {
namespace {

void reap(pid_t child) noexcept {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
}

// Only async-signal-safe calls: other threads of the parent may have held locks.
void let_go_of_everything() noexcept {
  ::setpgid(0, 0); // Ctrl-C is not for it
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {0, 1, 2})
    if (null < 0 || ::dup2(null, fd) < 0) ::close(fd);
  ::close_range(3, ~0U, 0);
  if (::chdir("/") != 0) return; // it only holds a folder in use
}

void wait_for_end_of(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGUSR1);
  // The signal comes when the thread has ended that forked, which need not be the process.
  for (const timespec now_and_then{1, 0}; ::getppid() == parent;) ::sigtimedwait(&end, nullptr, &now_and_then);
}

// Whoever works there is ended at the same moment, and may still write a little.
void remove_for_good(const char *folder) noexcept {
  for (int tries = 0; tries < 100 && ::access(folder, F_OK) == 0; ++tries) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/rm", "rm", "-rf", "--", folder, nullptr);
      ::_exit(127);
    }
    if (child > 0) reap(child);
    const timespec moment{0, 100'000'000};
    ::nanosleep(&moment, nullptr);
  }
}

} // namespace

temporary_folder::temporary_folder(std::string pattern) {
  if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::system_category(), pattern);
  path_ = pattern;
  const pid_t parent = ::getpid();
  keeper_ = ::fork(); // without one the destructor is all there is
  if (keeper_ != 0) return;
  let_go_of_everything();
  wait_for_end_of(parent);
  remove_for_good(pattern.c_str());
  ::_exit(0);
}

temporary_folder::~temporary_folder() { remove(); }

std::error_code temporary_folder::remove() noexcept {
  std::error_code why;
  std::filesystem::remove_all(path_, why);
  if (const pid_t keeper = std::exchange(keeper_, -1); keeper > 0) {
    ::kill(keeper, SIGKILL);
    reap(keeper);
  }
  return why;
}

} // namespace davit::postgres
