#include "plugin/forked_child.hpp"

#include "base/stop_signals.hpp"

#include <atomic>
#include <csignal>

#include <pthread.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

std::atomic<bool> forked{false};
std::atomic<pid_t> watched{0};

// As whoever started davit left them.
sigset_t mask_at_start;
bool pipe_was_ignored = false;
bool size_was_ignored = false;

bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

// What a child runs is to end with the others at a Ctrl-C, and as its parent wants it to: davit keeps those signals for
// itself in the threads that call plugins.
void give_signals_back() noexcept {
  sigset_t mine;
  sigemptyset(&mine);
  for (const int s : stop_signals)
    if (sigismember(&mask_at_start, s) == 0) sigaddset(&mine, s);
  pthread_sigmask(SIG_UNBLOCK, &mine, nullptr);
  if (!pipe_was_ignored) std::signal(SIGPIPE, SIG_DFL);
  if (!size_was_ignored) std::signal(SIGXFSZ, SIG_DFL);
}

// Other threads, and the locks they held, were left behind in the parent.
void put(std::string_view text) noexcept {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return; // nobody reads: there is no other place to say it
}

} // namespace

void watch_forks() {
  watched = ::getpid();
  pthread_sigmask(SIG_BLOCK, nullptr, &mask_at_start);
  pipe_was_ignored = is_ignored(SIGPIPE);
  size_was_ignored = is_ignored(SIGXFSZ);
  ::pthread_atfork(nullptr, nullptr, [] {
    forked = true;
    give_signals_back();
  });
}

bool in_forked_child() noexcept { return forked.load(std::memory_order_relaxed); }

bool in_other_process() noexcept {
  const pid_t home = watched.load(std::memory_order_relaxed);
  return home != 0 && home != ::getpid();
}

void leave_if_forked(std::string_view who) noexcept {
  if (!in_other_process()) return;
  put("\ndavit: a child process came back out of ");
  put(who);
  put(", which forked it; the child ends here, the run goes on without it: after fork call only exec or _exit\n");
  ::_exit(1);
}

} // namespace davit::plugin
