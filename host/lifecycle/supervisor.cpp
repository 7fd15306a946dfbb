#include "lifecycle/supervisor.hpp"

#include "config/duration.hpp"
#include "plugin/crash_reporter.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <exception>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

// Leaves without destructors: another thread is inside a plugin. The sessions close with the process, and the server
// rolls back what they had begun.
[[noreturn]] void leave(const supervised &parts, const std::string &why, int code) {
  parts.say(why + "; davit leaves now: the server rolls back what was not committed, davit status tells what was");
  ::_exit(code);
}

} // namespace

blocked_signals::blocked_signals() {
  sigemptyset(&set_);
  for (const int s : {SIGINT, SIGTERM, work_done()}) sigaddset(&set_, s);
  pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

blocked_signals::~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int blocked_signals::work_done() { return SIGRTMIN; }

void supervise(const supervised &parts, const blocked_signals &signals, const std::function<void()> &work) {
  const pthread_t self = pthread_self();
  std::atomic<bool> ended{false};
  std::exception_ptr failure;
  std::thread worker([&] {
    const plugin::crash_stack stack;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    ended = true;
    pthread_kill(self, signals.work_done());
  });

  const auto cancel = [&parts] {
    if (const auto why = parts.targets.cancel_all(); !why.empty())
      parts.say("a running statement could not be cancelled: " + why);
  };
  const auto stop_work = [&](const std::string &why) {
    parts.handlers.interrupt();
    parts.say(why);
    cancel();
  };
  auto next_interrupt = plugin::watch::clock::time_point::max();
  const auto deadline = parts.stop.deadline().count() > 0 ? plugin::watch::clock::now() + parts.stop.deadline()
                                                          : plugin::watch::clock::time_point::max();
  bool signalled = false;
  const timespec tick{0, std::chrono::nanoseconds(10ms).count()};
  while (!ended) {
    const int got = sigtimedwait(&signals.set(), nullptr, &tick);
    if (got == SIGINT || got == SIGTERM) {
      if (std::exchange(signalled, true)) leave(parts, "second signal", 128 + got);
      parts.stop.raise(got);
      stop_work(got == SIGINT ? "interrupted: stopping (a second Ctrl-C leaves at once)" : "SIGTERM: stopping");
      next_interrupt = plugin::watch::clock::now() + 100ms;
    }
    if (plugin::watch::clock::now() >= deadline && !parts.stop.raised()) {
      parts.stop.deadline_passed();
      stop_work("the run's deadline of " + config::to_text(parts.stop.deadline()) + " has passed: stopping");
      next_interrupt = plugin::watch::clock::now() + 100ms;
    }
    // What the handler was about to send when the signal came could not be cancelled then.
    if (const auto now = plugin::watch::clock::now(); now >= next_interrupt) {
      parts.handlers.interrupt_again(cancel);
      next_interrupt = now + 100ms;
    }
    parts.handlers.tick(cancel);
    if (const auto late = parts.handlers.overdue(parts.grace)) {
      const auto running =
          std::chrono::duration_cast<std::chrono::milliseconds>(plugin::watch::clock::now() - late->started);
      leave(parts,
            fmt::format(
                "plugin '{}', handler '{}' at {} does not return: it runs for {} ms, {} ms past its deadline",
                late->plugin, late->handler, late->phase, running.count(),
                std::chrono::duration_cast<std::chrono::milliseconds>(plugin::watch::clock::now() - late->deadline)
                    .count()),
            static_cast<int>(exit_code::deadline));
    }
  }
  worker.join();
  const timespec now{0, 0};
  while (sigtimedwait(&signals.set(), nullptr, &now) == signals.work_done()) {
  } // not left pending for the next run in this process
  if (failure) std::rethrow_exception(failure);
}

} // namespace davit::lifecycle
