#include "lifecycle/cancel_targets.hpp"

#include <algorithm>

namespace davit::lifecycle {

void cancel_targets::add(const postgres::cancel_handle &handle) {
  const std::lock_guard lock(mutex_);
  handles_.push_back(&handle);
}

void cancel_targets::remove(const postgres::cancel_handle &handle) {
  const std::lock_guard lock(mutex_);
  std::erase(handles_, &handle);
}

std::string cancel_targets::cancel_all() {
  const std::lock_guard lock(mutex_);
  std::string why;
  for (const auto *h : handles_)
    if (std::string bad = h->request(); !bad.empty()) why = std::move(bad);
  return why;
}

} // namespace davit::lifecycle
