#include "plugin/watch.hpp"

#include <algorithm>

#include <unistd.h>

namespace davit::plugin {

// The call that runs, if one does, taken out of its slot: until it is put back, disarm() waits for it.
class watch::held {
public:
  explicit held(watch &w) : watch_(w), lock_(w.holding_), call_(w.slot_.load(std::memory_order_relaxed)) {
    while (call_ && !watch_.slot_.compare_exchange_weak(call_, &taken, std::memory_order_acquire)) {
    } // that handler has returned meanwhile, and another may run
  }
  ~held() {
    if (call_) watch_.slot_.store(call_, std::memory_order_release);
  }
  held(const held &) = delete;
  held &operator=(const held &) = delete;

  explicit operator bool() const { return call_; }
  current_call *operator->() const { return call_; }
  current_call &operator*() const { return *call_; }

  void cancel_with(const std::function<void()> &cancel) {
    call_->cancelled = true;
    cancel();
  }
  // Leaves the slot to the next handler; this one's thread finds its place taken.
  void give_up() {
    call_ = nullptr;
    watch_.reason_ = DAVIT_CANCEL_NONE;
    watch_.slot_.store(nullptr, std::memory_order_release);
  }

private:
  static inline current_call taken{};
  watch &watch_;
  const std::lock_guard<std::mutex> lock_;
  current_call *call_;
};

void watch::shorten(current_call &call) const {
  const clock::duration most(hurry_.load(std::memory_order_relaxed));
  if (most >= call.deadline - call.started) return;
  call.deadline = call.started + most;
  call.hurried = true;
}

void watch::arm(current_call &call) {
  shorten(call);
  slot_.store(&call, std::memory_order_release);
}

bool watch::disarm(current_call &call, clock::time_point now) {
  current_call *expected = &call;
  if (!slot_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
    std::unique_lock wait(holding_);
    expected = &call;
    if (!slot_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
      wait.unlock();
      for (;;) ::pause();
    }
  }
  reason_.store(DAVIT_CANCEL_NONE, std::memory_order_relaxed);
  if (call.cancelled) await_cancellations_();
  return call.deadline_struck || now > call.deadline;
}

void watch::tick(const std::function<void()> &cancel) {
  held call(*this);
  if (!call) return;
  if (!call->told) shorten(*call); // it may have begun while hurry() was called
  const auto now = clock::now();
  if (now <= call->deadline || now < call->next_cancel) return;
  call->deadline_struck = true;
  reason_ = DAVIT_CANCEL_DEADLINE;
  call->next_cancel = now + std::chrono::milliseconds(100);
  call.cancel_with(cancel);
}

void watch::interrupt(const std::function<void()> &cancel) {
  held call(*this);
  if (!call) return;
  reason_ = DAVIT_CANCEL_INTERRUPT;
  if (!call->told) call->told = clock::now();
  call.cancel_with(cancel);
}

void watch::interrupt_again(const std::function<void()> &cancel) {
  held call(*this);
  if (!call || (call->after_the_end && !call->told)) return;
  if (reason_ == DAVIT_CANCEL_NONE) reason_ = DAVIT_CANCEL_INTERRUPT;
  if (!call->told) call->told = clock::now();
  call.cancel_with(cancel);
}

void watch::hurry(std::chrono::milliseconds most) { hurry_ = clock::duration(most).count(); }

std::optional<watch::overdue_call> watch::give_up(std::chrono::milliseconds grace) {
  held call(*this);
  if (!call) return std::nullopt;
  auto since = call->told.value_or(clock::time_point::max());
  if (call->deadline_struck) since = std::min(since, call->deadline);
  const auto now = clock::now();
  if (since > now || now - since < grace) return std::nullopt;
  overdue_call late{*call, since};
  call.give_up();
  return late;
}

} // namespace davit::plugin
