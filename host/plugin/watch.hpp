// The slot that the supervising thread polls: which handler runs, until when, and whether it should give up. One per
// run; handlers run one at a time.
#pragma once

#include <davit/plugin.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

struct davit_ctx;

namespace davit::plugin {

class instance;

class watch {
public:
  using clock = std::chrono::steady_clock;

  struct current_call {
    std::string plugin, handler, phase;
    clock::time_point started;
    clock::time_point deadline; // max(): none
    // Of a phase that only looks back, as `failure` does: being told to stop is no news to it.
    bool after_the_end = false;
    instance *owner = nullptr;
    davit_ctx *ctx = nullptr;
  };
  // A handler that was told to stop, by its deadline or since `told`, and has not returned.
  struct overdue_call : current_call {
    clock::time_point told;
  };
  struct armed {
    std::uint64_t number;
    clock::time_point deadline; // may be nearer than the one asked for: see hurry()
  };

  // Run's thread, around a handler.
  armed arm(current_call call);
  // Whether the deadline had struck. Once it returns, no cancellation meant for that handler is under way. It never
  // returns for a handler that was given up: the run has gone on without that thread.
  bool disarm(std::uint64_t number);
  // Before the first handler: `call` waits until the requests that `cancel` of the functions below has sent have
  // arrived.
  void await_cancellations_with(std::function<void()> call) { await_cancellations_ = std::move(call); }

  // Any thread: DAVIT_CANCEL_… for the handler that runs.
  int reason() const { return reason_.load(std::memory_order_relaxed); }

  // Supervisor: tells a handler that is past its deadline, and calls `cancel`; again and again, as a request may come
  // just before the statement it is meant for.
  void tick(const std::function<void()> &cancel);
  // Supervisor: tells the handler that runs, if one does, to give up, and calls `cancel`.
  void interrupt(const std::function<void()> &cancel);
  // Supervisor, from time to time once the run is told to stop: the same for a handler that began since then, unless it
  // is one after the end. Calls `cancel` if there is one.
  void interrupt_again(const std::function<void()> &cancel);
  // Supervisor, once the run is told to stop: handlers that begin from now on have a deadline, and it is this one at
  // most.
  void hurry(std::chrono::milliseconds most);
  // Supervisor: gives up the handler that was told to stop more than `grace` ago, if there is one; its thread must not
  // be waited for.
  std::optional<overdue_call> give_up(std::chrono::milliseconds grace);
  bool running() const;

private:
  mutable std::mutex mutex_;
  std::optional<current_call> call_;
  std::uint64_t number_ = 0;                       // of the last call
  std::optional<clock::time_point> told_;          // when it was told to stop by an interrupt
  std::optional<std::chrono::milliseconds> hurry_; // no call may take longer
  std::atomic<int> reason_{DAVIT_CANCEL_NONE};
  bool deadline_struck_ = false;
  bool cancelled_ = false; // something was sent to stop what the call runs
  std::function<void()> await_cancellations_ = [] {};
  clock::time_point next_cancel_ = clock::time_point::min();
};

} // namespace davit::plugin
