// The slot that the supervising thread polls: which handler runs, until when, and whether it should give up. One per
// run; handlers run one at a time.
#pragma once

#include <davit/plugin.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace davit::plugin {

class watch {
public:
  using clock = std::chrono::steady_clock;

  struct current_call {
    std::string plugin, handler, phase;
    clock::time_point started;
    clock::time_point deadline; // max(): none
    // Of a phase that only looks back, as `failure` does: being told to stop is no news to it.
    bool after_the_end = false;
  };

  // Run's thread, around a handler.
  void arm(current_call call);
  // Whether the deadline had struck. Once it returns, no cancellation meant for that handler is under way.
  bool disarm();

  // Any thread: DAVIT_CANCEL_… for the handler that runs.
  int reason() const { return reason_.load(std::memory_order_relaxed); }

  // Supervisor: tells a handler that is past its deadline, and calls `cancel`; again and again, as a request may come
  // just before the statement it is meant for.
  void tick(const std::function<void()> &cancel);
  // Supervisor: tells the handler that runs, if one does, to give up.
  void interrupt();
  // Supervisor, from time to time once the run is told to stop: the same for a handler that began since then, unless it
  // is one after the end. Calls `cancel` if there is one.
  void interrupt_again(const std::function<void()> &cancel);
  // Supervisor: the handler that runs and is past its deadline by more than `grace`.
  std::optional<current_call> overdue(std::chrono::milliseconds grace) const;
  std::optional<current_call> running() const;

private:
  mutable std::mutex mutex_;
  std::optional<current_call> call_;
  std::atomic<int> reason_{DAVIT_CANCEL_NONE};
  bool deadline_struck_ = false;
  clock::time_point next_cancel_ = clock::time_point::min();
};

} // namespace davit::plugin
