// The main thread's part of a run: it waits for signals, watches deadlines, and lets the work happen on a thread of its
// own.
#pragma once

#include "lifecycle/supervision/cancel_targets.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "plugin/watch.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <functional>
#include <string_view>

namespace davit::lifecycle {

// Between the time in which nothing has happened yet, when a run that is to stop is just left, and the run.
class threshold {
public:
  // The run begins, unless it was called off.
  bool cross() { return move_to(crossed); }
  // It never will, unless it has begun.
  bool close() { return move_to(closed); }

private:
  enum state { open, crossed, closed };
  bool move_to(state next) {
    state from = open;
    return state_.compare_exchange_strong(from, next);
  }
  std::atomic<state> state_{open};
};

struct supervised {
  interrupt &stop;
  cancel_targets &targets;
  plugin::watch &handlers;
  std::function<void(std::string_view)> say; // one line for the operator
  std::chrono::milliseconds grace;           // between telling a handler to stop and giving up on it
  // What is left to do without a handler that was given up; on a thread of its own, as the work was.
  std::function<void(const plugin::watch::overdue_call &)> go_on_without;
  threshold &begin; // crossed by the work once it is connected
};

struct supervised_end {
  // A handler was given up, or the work was stopped before it began. Its thread, and all that it may refer to, are left
  // alone: the process has to end without destructors.
  bool abandoned = false;
  std::exception_ptr failure; // of the work, or of what was done in its place
};

// The signals that ask to stop (SIGHUP unless it is ignored) wait for supervise() while this lives, in this thread and
// those it starts. Made before plugins are loaded: threads of theirs must not be the ones that a signal ends the
// process in.
class blocked_signals {
public:
  // What becomes of them when this goes, and of those that came too late for the run. A process that has said how its
  // run ended must not seem to be killed before its end.
  enum class afterwards { as_before, ignored };
  explicit blocked_signals(afterwards then = afterwards::as_before);
  ~blocked_signals();
  blocked_signals(const blocked_signals &) = delete;
  blocked_signals &operator=(const blocked_signals &) = delete;

  const sigset_t &set() const { return set_; }
  // Throws error_code::interrupted or terminated if one of them has come; for the time before there is a run.
  void check() const;
  static int work_done(); // the signal with which the work's thread wakes the supervising one

private:
  const afterwards then_;
  sigset_t set_{};
  sigset_t before_{};
};

// Runs `work` on a thread and returns when it has ended, or what was left of it without a handler that did not return.
// The first signal, and the deadline of the run, set `stop` and cancel what the sessions run; the second signal ends
// the process at once, one for the same within a quarter of a second aside, and so does a server that leaves the end
// without an answer, or a word about what it waits for, for ten times the grace, five seconds at least.
supervised_end supervise(const supervised &parts, const blocked_signals &signals, const std::function<void()> &work);

} // namespace davit::lifecycle
