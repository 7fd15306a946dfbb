// The slot that the supervising thread polls: which handler runs, until when, and whether it should give up. One per
// run; handlers run one at a time.
#pragma once

#include <davit/plugin.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

struct davit_ctx;

namespace davit::plugin {

class instance;

// Around a handler there are two atomic operations and no lock: its call is put into the slot, and taken out. The
// supervisor takes it out while it deals with it; who then finds it gone waits for the supervisor.
class watch {
public:
  using clock = std::chrono::steady_clock;

  struct current_call {
    std::string_view plugin, handler, phase; // alive for as long as the instance
    clock::time_point started;
    clock::time_point deadline; // max(): none
    // Of a phase that only looks back, as `failure` does: being told to stop is no news to it.
    bool after_the_end = false;
    instance *owner = nullptr;
    davit_ctx *ctx = nullptr;

    // What the supervisor did about it.
    bool deadline_struck = false;
    bool hurried = false;                    // its deadline is that of the end of a stopped run
    bool cancelled = false;                  // something was sent to stop what it runs
    std::optional<clock::time_point> told{}; // to stop, by an interrupt
    clock::time_point next_cancel = clock::time_point::min();
  };
  // A handler that was told to stop, by its deadline or since `told_at`, and has not returned.
  struct overdue_call : current_call {
    clock::time_point told_at;
  };

  // Run's thread, around a handler. The call is borrowed until disarm() returns; its deadline may be made a nearer one:
  // see hurry().
  void arm(current_call &call);
  // Whether the deadline had struck by `now`. Once it returns, no cancellation meant for that handler is under way. It
  // never returns for a handler that was given up: the run has gone on without that thread.
  bool disarm(current_call &call, clock::time_point now);

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
  // most. Those that run already are to be interrupted next.
  void hurry(std::chrono::milliseconds most);
  // Supervisor: gives up the handler that was told to stop more than `grace` ago, if there is one; its thread must not
  // be waited for.
  std::optional<overdue_call> give_up(std::chrono::milliseconds grace);
  // Supervisor.
  bool running() const { return slot_.load(std::memory_order_relaxed) != nullptr; }

private:
  class held;
  void shorten(current_call &call) const;

  std::atomic<current_call *> slot_{nullptr};
  std::mutex holding_; // locked while the call is out of the slot, in the supervisor's hands
  std::atomic<int> reason_{DAVIT_CANCEL_NONE};
  std::atomic<clock::rep> hurry_{clock::duration::max().count()}; // no call may take longer
  std::function<void()> await_cancellations_ = [] {};
};

} // namespace davit::plugin
