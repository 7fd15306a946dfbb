// The wish to stop, as the run's thread sees it.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace davit::lifecycle {

class interrupt {
public:
  void raise(int signal) { signal_ = signal; } // async-signal-safe
  bool raised() const { return signal_ != 0; }

  // Throws error_code::interrupted or terminated once a signal has come.
  void check() const;
  error as_error() const;

  // Sleeps, but not longer than until a signal comes; then as check().
  void wait(std::chrono::milliseconds time) const;

private:
  std::atomic<int> signal_{0};
};

} // namespace davit::lifecycle
