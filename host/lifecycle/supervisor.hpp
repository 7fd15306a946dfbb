// The main thread's part of a run: it waits for signals, watches deadlines, and lets the work happen on a thread of its
// own.
#pragma once

#include "lifecycle/cancel_targets.hpp"
#include "lifecycle/interrupt.hpp"
#include "plugin/watch.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <string_view>

namespace davit::lifecycle {

struct supervised {
  interrupt &stop;
  cancel_targets &targets;
  plugin::watch &handlers;
  std::function<void(std::string_view)> say; // one line for the operator
  std::chrono::milliseconds grace;           // between a handler's deadline and giving up on it
};

// SIGINT and SIGTERM wait for supervise() while this lives, in this thread and those it starts. Made before plugins are
// loaded: threads of theirs must not be the ones that a signal ends the process in.
class blocked_signals {
public:
  blocked_signals();
  ~blocked_signals();
  blocked_signals(const blocked_signals &) = delete;
  blocked_signals &operator=(const blocked_signals &) = delete;

  const sigset_t &set() const { return set_; }
  static int work_done(); // the signal with which the work's thread wakes the supervising one

private:
  sigset_t set_{};
  sigset_t before_{};
};

// Runs `work` on a thread and returns when it has ended; exceptions of `work` come out here. The first SIGINT or
// SIGTERM sets `stop` and cancels what the sessions run; the second one ends the process at once, and so does a handler
// that does not return within the grace after its deadline: in-process code cannot be stopped, but the server rolls
// back.
void supervise(const supervised &parts, const blocked_signals &signals, const std::function<void()> &work);

} // namespace davit::lifecycle
