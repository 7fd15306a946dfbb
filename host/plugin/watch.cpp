#include "plugin/watch.hpp"

#include <algorithm>

#include <unistd.h>

namespace davit::plugin {

watch::armed watch::arm(current_call call) {
  const std::lock_guard lock(mutex_);
  if (hurry_) call.deadline = std::min(call.deadline, call.started + *hurry_);
  call_ = std::move(call);
  told_.reset();
  deadline_struck_ = false;
  cancelled_ = false;
  next_cancel_ = clock::time_point::min();
  reason_ = DAVIT_CANCEL_NONE;
  return {++number_, call_->deadline};
}

bool watch::disarm(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  if (!call_ || number != number_) {
    lock.unlock();
    for (;;) ::pause();
  }
  const bool struck = deadline_struck_ || clock::now() > call_->deadline;
  const bool cancelled = cancelled_;
  call_.reset();
  reason_ = DAVIT_CANCEL_NONE;
  lock.unlock();
  if (cancelled) await_cancellations_();
  return struck;
}

void watch::tick(const std::function<void()> &cancel) {
  const std::lock_guard lock(mutex_);
  const auto now = clock::now();
  if (!call_ || now <= call_->deadline || now < next_cancel_) return;
  deadline_struck_ = true;
  reason_ = DAVIT_CANCEL_DEADLINE;
  next_cancel_ = now + std::chrono::milliseconds(100);
  cancelled_ = true;
  cancel();
}

void watch::interrupt(const std::function<void()> &cancel) {
  const std::lock_guard lock(mutex_);
  if (!call_) return;
  reason_ = DAVIT_CANCEL_INTERRUPT;
  if (!told_) told_ = clock::now();
  cancelled_ = true;
  cancel();
}

void watch::interrupt_again(const std::function<void()> &cancel) {
  const std::lock_guard lock(mutex_);
  if (!call_ || (call_->after_the_end && !told_)) return;
  if (reason_ == DAVIT_CANCEL_NONE) reason_ = DAVIT_CANCEL_INTERRUPT;
  if (!told_) told_ = clock::now();
  cancelled_ = true;
  cancel();
}

void watch::hurry(std::chrono::milliseconds most) {
  const std::lock_guard lock(mutex_);
  hurry_ = most;
}

std::optional<watch::overdue_call> watch::give_up(std::chrono::milliseconds grace) {
  const std::lock_guard lock(mutex_);
  if (!call_) return std::nullopt;
  auto since = told_.value_or(clock::time_point::max());
  if (deadline_struck_) since = std::min(since, call_->deadline);
  const auto now = clock::now();
  if (since > now || now - since < grace) return std::nullopt;
  overdue_call late{*std::move(call_), since};
  call_.reset();
  reason_ = DAVIT_CANCEL_NONE;
  return late;
}

bool watch::running() const {
  const std::lock_guard lock(mutex_);
  return call_.has_value();
}

} // namespace davit::plugin
