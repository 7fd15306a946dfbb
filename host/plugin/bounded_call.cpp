#include "plugin/bounded_call.hpp"

#include "base/stop_signals.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/leaving.hpp"

#include <ctime>
#include <system_error>

#include <pthread.h>

namespace davit::plugin {
namespace {

constexpr std::chrono::milliseconds between_looks{10}; // for signals and the time

} // namespace

std::chrono::milliseconds patience_for(std::chrono::milliseconds deadline, std::chrono::milliseconds grace) {
  using namespace std::chrono_literals;
  return deadline.count() > 0 ? deadline + grace : 30s;
}

bounded_call::bounded_call(std::string who, const char *step, std::chrono::milliseconds limit, say tell)
    : who_(std::move(who)), step_(step), say_(std::move(tell)) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // for the watcher: no handler is to run there
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int s : stop_signals)
    if (sigismember(&before, s) == 1) sigaddset(&awaited, s); // else they end the process by themselves
  try {
    watcher_ = std::thread([this, awaited, limit] { watch(awaited, limit); });
  } catch (const std::system_error &e) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw no_process_for("the watch over " + std::string(step), e.code().message());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bounded_call::~bounded_call() {
  {
    const std::lock_guard lock(mutex_);
    has_returned_ = true;
  }
  returned_.notify_one();
  watcher_.join();
}

// Not woken by a signal: a plugin may send any itself, and the kernel has no room for more of them where somebody else
// lets them pile up.
void bounded_call::watch(sigset_t awaited, std::chrono::milliseconds limit) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + limit;
  std::unique_lock lock(mutex_); // kept while leaving: the call cannot return any more
  while (!returned_.wait_for(lock, between_looks, [this] { return has_returned_; })) {
    if (clock::now() >= end)
      leave_now("does not return: it runs for more than " + std::to_string(limit.count()) + " ms",
                error_code::plugin_deadline);
    const timespec at_once{0, 0};
    const int taken = sigtimedwait(&awaited, nullptr, &at_once);
    const int got = asks_to_stop(taken) ? taken : late_stop_signal();
    if (got == SIGINT) leave_now("was interrupted", error_code::interrupted);
    if (asks_to_stop(got)) leave_now("was terminated", error_code::terminated);
  }
}

void bounded_call::leave_now(const std::string &why, error_code code) const {
  const std::string what = std::string(step_.load()) + " " + why;
  const std::string remedy = code == error_code::plugin_deadline
                                 ? "mend the plugin, give it a longer deadline, or take it out of davit.toml"
                                 : "";
  std::string line = what + "; davit leaves now";
  if (const auto decided = decided_status())
    line += ", with the exit code of what it has answered: " + std::to_string(*decided);
  if (!remedy.empty()) line += "; what to do: " + remedy;
  say_(line);
  leave(error(code, who_ + ": " + what, remedy));
}

} // namespace davit::plugin
