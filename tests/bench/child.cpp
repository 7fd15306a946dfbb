#include "bench/child.hpp"

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::bench {
namespace {

void check(int error, const std::string &what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

std::vector<std::string> environment_of(const command &what) {
  std::vector<std::string> out;
  for (char **entry = environ; *entry; ++entry)
    if (const std::string_view text = *entry; !text.starts_with("DAVIT_") && !text.starts_with("PG"))
      out.emplace_back(text);
  for (const auto &[name, value] : what.environment) out.push_back(name + "=" + value);
  return out;
}

std::vector<char *> pointers(std::vector<std::string> &strings) {
  std::vector<char *> out;
  out.reserve(strings.size() + 1);
  for (auto &s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

// Where the program's standard error goes; a program is never kept waiting by a file in memory.
class memory_file {
public:
  memory_file() : fd_(::memfd_create("stderr", MFD_CLOEXEC)) { check(fd_ < 0 ? errno : 0, "memfd_create"); }
  ~memory_file() { ::close(fd_); }
  memory_file(const memory_file &) = delete;
  memory_file &operator=(const memory_file &) = delete;

  int fd() const { return fd_; }
  std::string text() const {
    std::string out(4096, '\0');
    const auto n = ::pread(fd_, out.data(), out.size(), 0);
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }

private:
  int fd_;
};

class actions {
public:
  explicit actions(const command &what, int err) {
    check(::posix_spawn_file_actions_init(&a_), "posix_spawn_file_actions_init");
    check(::posix_spawn_file_actions_addopen(&a_, STDIN_FILENO, "/dev/null", O_RDONLY, 0), "standard input");
    check(::posix_spawn_file_actions_addopen(&a_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0), "standard output");
    check(::posix_spawn_file_actions_adddup2(&a_, err, STDERR_FILENO), "standard error");
    if (!what.cwd.empty()) check(::posix_spawn_file_actions_addchdir_np(&a_, what.cwd.c_str()), "chdir");
  }
  ~actions() { ::posix_spawn_file_actions_destroy(&a_); }
  actions(const actions &) = delete;
  actions &operator=(const actions &) = delete;
  const posix_spawn_file_actions_t *get() const { return &a_; }

private:
  posix_spawn_file_actions_t a_{};
};

double milliseconds(const timeval &t) {
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
}

} // namespace

cost run(const command &what) {
  const memory_file err;
  const actions files(what, err.fd());
  auto arguments = what.argv;
  auto environment = environment_of(what);
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);

  const auto begin = std::chrono::steady_clock::now();
  pid_t pid = -1;
  check(::posix_spawnp(&pid, argv.front(), files.get(), nullptr, argv.data(), envp.data()),
        "starting " + what.argv.front());
  int status = 0;
  rusage used{};
  while (::wait4(pid, &status, 0, &used) < 0) check(errno == EINTR ? 0 : errno, "wait4");
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;

  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(what.argv.front() +
                             (WIFEXITED(status) ? " exited with " + std::to_string(WEXITSTATUS(status))
                                                : " was ended by signal " + std::to_string(WTERMSIG(status))) +
                             ":\n" + err.text());
  return {wall.count(), milliseconds(used.ru_utime) + milliseconds(used.ru_stime),
          static_cast<double>(used.ru_maxrss) / 1024};
}

} // namespace davit::bench
