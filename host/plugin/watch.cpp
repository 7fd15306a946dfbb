#include "plugin/watch.hpp"

namespace davit::plugin {

void watch::arm(current_call call) {
  const std::lock_guard lock(mutex_);
  call_ = std::move(call);
  deadline_struck_ = false;
  next_cancel_ = clock::time_point::min();
  reason_ = DAVIT_CANCEL_NONE;
}

bool watch::disarm() {
  const std::lock_guard lock(mutex_); // waits for a tick that is cancelling
  const bool struck = deadline_struck_ || (call_ && clock::now() > call_->deadline);
  call_.reset();
  reason_ = DAVIT_CANCEL_NONE;
  return struck;
}

void watch::tick(const std::function<void()> &cancel) {
  const std::lock_guard lock(mutex_);
  const auto now = clock::now();
  if (!call_ || now <= call_->deadline || now < next_cancel_) return;
  deadline_struck_ = true;
  reason_ = DAVIT_CANCEL_DEADLINE;
  next_cancel_ = now + std::chrono::milliseconds(100);
  cancel();
}

void watch::interrupt() {
  const std::lock_guard lock(mutex_);
  if (call_) reason_ = DAVIT_CANCEL_INTERRUPT;
}

void watch::interrupt_again(const std::function<void()> &cancel) {
  const std::lock_guard lock(mutex_);
  if (!call_ || call_->after_the_end) return;
  if (reason_ == DAVIT_CANCEL_NONE) reason_ = DAVIT_CANCEL_INTERRUPT;
  cancel();
}

std::optional<watch::current_call> watch::overdue(std::chrono::milliseconds grace) const {
  const std::lock_guard lock(mutex_);
  if (!call_ || !deadline_struck_ || clock::now() - call_->deadline < grace) return std::nullopt;
  return call_;
}

std::optional<watch::current_call> watch::running() const {
  const std::lock_guard lock(mutex_);
  return call_;
}

} // namespace davit::plugin
