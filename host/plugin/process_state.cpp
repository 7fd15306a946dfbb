#include "plugin/process_state.hpp"

#include "plugin/crash_reporter.hpp"
#include "plugin/float_mode.hpp"
#include "plugin/processor_flags.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

// Those by which davit is stopped or says who crashed, and those whose default it counts on.
constexpr int watched_signals[] = {SIGINT, SIGTERM, SIGHUP,  SIGQUIT, SIGPIPE, SIGCHLD, SIGSEGV, SIGBUS,
                                   SIGILL, SIGFPE,  SIGABRT, SIGTRAP, SIGSYS,  SIGXFSZ, SIGXCPU};

bool same(const sigset_t &a, const sigset_t &b) {
  for (int s = 1; s <= SIGRTMAX; ++s)
    if (sigismember(&a, s) != sigismember(&b, s)) return false;
  return true;
}

bool same(const struct sigaction &a, const struct sigaction &b) {
  // One member or the other of a union; comparing the larger covers both.
  return a.sa_sigaction == b.sa_sigaction && ((a.sa_flags ^ b.sa_flags) & ~0x04000000) == 0; // SA_RESTORER is libc's
}

bool same(const rlimit &a, const rlimit &b) { return a.rlim_cur == b.rlim_cur && a.rlim_max == b.rlim_max; }

bool is(int fd, dev_t device, ino_t inode) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

// With a plugin's facet its destructor would run, here or wherever the last copy goes.
void keep(std::locale foreign) {
  static auto &all = *new std::vector<std::locale>;
  all.push_back(std::move(foreign));
}

std::string listed(const std::vector<std::string> &what) {
  std::string out;
  for (std::size_t i = 0; i < what.size(); ++i) out += (i == 0 ? "" : i + 1 == what.size() ? " and " : ", ") + what[i];
  return out;
}

} // namespace

process_state::process_state() : c_locale_(std::setlocale(LC_ALL, nullptr)), umask_(::umask(0)) {
  ::umask(umask_);
  pthread_sigmask(SIG_BLOCK, nullptr, &mask_);
  for (const int s : watched_signals) {
    disposition d{s, {}};
    if (::sigaction(s, nullptr, &d.action) == 0) dispositions_.push_back(d);
  }
  struct stat info {};
  folder_ = {-1, ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), 0, 0};
  if (folder_.copy >= 0 && ::fstat(folder_.copy, &info) == 0) folder_ = {-1, folder_.copy, info.st_dev, info.st_ino};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    if (::fstat(fd, &info) == 0) {
      int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 100); // high: what is closed by number is closed below
      if (copy < 0) copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
      outputs_.push_back({fd, copy, info.st_dev, info.st_ino});
    }
  for (auto [which, name] : {std::pair<decltype(RLIMIT_CORE), const char *>{RLIMIT_NOFILE, "files"},
                             {RLIMIT_FSIZE, "the size of files"},
                             {RLIMIT_AS, "memory"},
                             {RLIMIT_DATA, "data"},
                             {RLIMIT_STACK, "the stack"},
                             {RLIMIT_CORE, "core files"},
                             {RLIMIT_CPU, "CPU time"},
                             {RLIMIT_SIGPENDING, "pending signals"},
                             {RLIMIT_NPROC, "processes"}}) {
    limit l{which, name, {}};
    if (::getrlimit(which, &l.value) == 0) limits_.push_back(l);
  }
}

process_state::~process_state() {
  if (folder_.copy >= 0) ::close(folder_.copy);
  for (const auto &f : outputs_)
    if (f.copy >= 0) ::close(f.copy);
}

process_state::changes process_state::restore(std::string_view after) {
  const crash_note note(after);
  changes found;
  restore_signals(found);
  restore_locale(found);
  restore_folder(found);
  restore_files(found);
  restore_limits(found);
  restore_environment(found);
  if (float_mode_was_changed()) found.add("how floating-point numbers are computed");
  if (processor_flags_were_changed()) found.add("flags of the processor");
  return found;
}

void process_state::restore_signals(changes &found) {
  sigset_t now;
  sigemptyset(&now);
  pthread_sigmask(SIG_SETMASK, &mask_, &now); // one call sets and tells
  if (!same(now, mask_)) found.add("the signal mask");
  std::string names;
  for (const auto &d : dispositions_) {
    struct sigaction current {};
    if (::sigaction(d.signal, nullptr, &current) != 0 || same(current, d.action)) continue;
    ::sigaction(d.signal, &d.action, nullptr);
    names += (names.empty() ? "SIG" : ", SIG") + std::string(sigabbrev_np(d.signal));
  }
  if (!names.empty()) found.add("what happens on " + names);
  if (!crash_stack::put_back()) found.add("the stack that signals are handled on");
}

void process_state::restore_locale(changes &found) {
  const bool cpp = !(std::locale() == locale_);
  if (cpp) keep(std::locale::global(locale_));
  const char *now = std::setlocale(LC_ALL, nullptr);
  const bool c = !now || c_locale_ != now;
  if (c) std::setlocale(LC_ALL, c_locale_.c_str());
  if (c || cpp) found.add("the locale");
}

void process_state::restore_folder(changes &found) {
  if (::umask(umask_) != umask_) found.add("the umask");
  struct stat here {};
  if (folder_.copy < 0 || (::stat(".", &here) == 0 && here.st_dev == folder_.device && here.st_ino == folder_.inode))
    return;
  found.add("the working folder", ::fchdir(folder_.copy) == 0);
}

void process_state::restore_files(changes &found) {
  for (const auto &f : outputs_) {
    if (is(f.number, f.device, f.inode)) continue;
    const bool back = f.copy >= 0 && is(f.copy, f.device, f.inode) && ::dup2(f.copy, f.number) >= 0;
    found.add("where file descriptor " + std::to_string(f.number) + " leads", back);
  }
}

// Who may not raise a hard limit again cannot put it back: from here on it is as it is, and nobody else's doing.
void process_state::restore_limits(changes &found) {
  for (auto &l : limits_) {
    rlimit now{};
    if (::getrlimit(l.which, &now) != 0 || same(now, l.value)) continue;
    const bool back = ::setrlimit(l.which, &l.value) == 0;
    found.add("the limit for " + std::string(l.name), back);
    if (back) continue;
    const rlimit nearest{std::min(l.value.rlim_cur, now.rlim_max), now.rlim_max};
    l.value = ::setrlimit(l.which, &nearest) == 0 ? nearest : now;
  }
}

void process_state::restore_environment(changes &found) {
  environment_.put_back();
  for (const auto &name : environment_.changed()) found.add("the environment variable " + name);
}

std::string describe_changes(const process_state::changes &found) {
  std::string out = "it changed ";
  if (!found.put_back.empty()) out += listed(found.put_back) + ", which davit has put back";
  if (!found.put_back.empty() && !found.lost.empty()) out += ", and ";
  if (!found.lost.empty()) out += listed(found.lost) + ", which could not be put back";
  return out;
}

} // namespace davit::plugin
