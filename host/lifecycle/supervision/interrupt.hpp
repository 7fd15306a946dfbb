// The wish to stop, as the run's thread sees it.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace davit::lifecycle {

class interrupt {
public:
  // `deadline` of the run, 0: none. Whoever supervises it says when it has passed. `go_on`: how to do the rest of what
  // a run that was stopped by it had to do; may be empty.
  explicit interrupt(std::chrono::milliseconds deadline = {}, std::string go_on = {})
      : deadline_(deadline), go_on_(std::move(go_on)) {}
  std::chrono::milliseconds deadline() const { return deadline_; }

  // The first reason stays.
  void raise(int signal) { set(signal); }
  void deadline_passed() { set(past_deadline); }
  bool raised() const { return reason_ != 0; }

  // Throws error_code::interrupted, terminated or run_deadline once there is a reason to stop.
  void check() const;
  error as_error() const;

  // Sleeps, but not longer than until there is a reason to stop; then as check().
  void wait(std::chrono::milliseconds time) const;

private:
  static constexpr int past_deadline = -1;
  void set(int reason);

  const std::chrono::milliseconds deadline_;
  const std::string go_on_;
  std::atomic<int> reason_{0}; // a signal's number, or past_deadline
};

// Whether an error says that the run was told to stop.
bool tells_to_stop(error_code code);

} // namespace davit::lifecycle
