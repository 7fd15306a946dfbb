#include "plugin/forked_child.hpp"

#include <atomic>

#include <pthread.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

std::atomic<bool> forked{false};
std::atomic<pid_t> watched{0};

// Other threads, and the locks they held, were left behind in the parent.
void put(std::string_view text) noexcept {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return; // nobody reads: there is no other place to say it
}

} // namespace

void watch_forks() {
  watched = ::getpid();
  ::pthread_atfork(nullptr, nullptr, [] { forked = true; });
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
