#include "support/program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::test {
namespace {

using namespace std::chrono_literals;

void check(int error, const std::string &what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

std::vector<char *> pointers(std::vector<std::string> &strings) {
  std::vector<char *> out;
  out.reserve(strings.size() + 1);
  for (auto &s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> merged_environment(const program &what) {
  std::vector<std::string> out;
  for (char **entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!what.environment.contains(text.substr(0, text.find('=')))) out.push_back(text);
  }
  for (const auto &[name, value] : what.environment)
    if (value) out.push_back(name + "=" + *value);
  return out;
}

// Reads from the start whatever the place at which the program is writing.
std::string contents(int fd) {
  std::string out;
  char block[16384];
  for (;;) {
    const auto n = ::pread(fd, block, sizeof block, static_cast<off_t>(out.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category(), "reading a program's output");
    if (n == 0) return out;
    out.append(block, static_cast<std::size_t>(n));
  }
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category(), "writing a program's input");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  ::lseek(fd, 0, SEEK_SET);
}

class spawn_settings {
public:
  spawn_settings() {
    check(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
    check(::posix_spawnattr_init(&attributes), "posix_spawnattr_init");
    // A group of its own, so that a timeout also ends what it has started; and signals as a login shell leaves them.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  spawn_settings(const spawn_settings &) = delete;
  spawn_settings &operator=(const spawn_settings &) = delete;
  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  void redirect(int from, int to) {
    check(::posix_spawn_file_actions_adddup2(&actions, from, to), "posix_spawn_file_actions_adddup2");
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

} // namespace

running_program::descriptor::descriptor(int fd, const char *what) : fd_(fd) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
}

running_program::descriptor::~descriptor() { ::close(fd_); }

running_program::running_program(const program &what)
    : what_(what), deadline_(std::chrono::steady_clock::now() + what.timeout),
      out_(::memfd_create("stdout", MFD_CLOEXEC), "memfd_create"),
      err_(::memfd_create("stderr", MFD_CLOEXEC), "memfd_create") {
  const descriptor in(::memfd_create("stdin", MFD_CLOEXEC), "memfd_create");
  write_all(in.get(), what_.input);
  spawn_settings settings;
  settings.redirect(in.get(), STDIN_FILENO);
  settings.redirect(out_.get(), STDOUT_FILENO);
  settings.redirect(err_.get(), STDERR_FILENO);
  if (!what_.cwd.empty()) check(::posix_spawn_file_actions_addchdir_np(&settings.actions, what_.cwd.c_str()), "chdir");
  auto environment = merged_environment(what_);
  check(::posix_spawnp(&pid_, what_.argv.at(0).c_str(), &settings.actions, &settings.attributes,
                       pointers(what_.argv).data(), pointers(environment).data()),
        "starting " + what_.argv.at(0));
  try {
    // Not by pidfd_open(): the C++ header of glibc 2.36 declares it with C++ linkage.
    handle_.emplace(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open");
  } catch (...) {
    kill_and_reap();
    throw;
  }
}

running_program::~running_program() {
  if (!reaped_) kill_and_reap();
}

void running_program::send(int signal) const {
  if (::kill(pid_, signal) != 0) throw std::system_error(errno, std::generic_category(), "kill");
}

std::string running_program::out_so_far() const { return contents(out_.get()); }
std::string running_program::err_so_far() const { return contents(err_.get()); }

void running_program::wait_for_output(std::string_view text) const {
  for (bool ended = false;;) {
    if (out_so_far().find(text) != std::string::npos || err_so_far().find(text) != std::string::npos) return;
    if (ended) throw std::runtime_error(describe("ended without writing '" + std::string(text) + "'"));
    if (time_left() <= 0ms) throw std::runtime_error(describe("has not written '" + std::string(text) + "' in time"));
    ended = ended_within(std::min(time_left(), 10ms));
  }
}

void running_program::insist(int signal) const {
  do send(signal);
  while (!ended_within(std::clamp(time_left(), 0ms, 20ms)) && time_left() > 0ms);
}

outcome running_program::wait() {
  if (!ended_within(time_left())) {
    kill_and_reap();
    throw std::runtime_error(describe("did not end in time and was killed"));
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  reaped_ = true;
  outcome result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = out_so_far();
  result.err = err_so_far();
  return result;
}

bool running_program::ended_within(std::chrono::milliseconds time) const {
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd entry{handle_->get(), POLLIN, 0};
    const int n = ::poll(&entry, 1, static_cast<int>(std::max(left, 0ms).count()));
    if (n >= 0) return n == 1;
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
}

std::chrono::milliseconds running_program::time_left() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
}

std::string running_program::describe(std::string_view what) const {
  std::string out;
  for (const auto &argument : what_.argv) out += argument + " ";
  return out + std::string(what) + "\nstdout:\n" + out_so_far() + "\nstderr:\n" + err_so_far();
}

void running_program::kill_and_reap() noexcept {
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
}

outcome run(const program &what) { return running_program(what).wait(); }

} // namespace davit::test
