// How a thread rounds floating-point numbers, whether it flushes the smallest to zero, and what it traps: plugins and
// the libraries in them change that, and leave it so.
#pragma once

namespace davit::plugin {

// When this goes, the calling thread computes as the program did at its start. Costs a few nanoseconds.
class float_guard {
public:
  float_guard() = default;
  ~float_guard();
  float_guard(const float_guard &) = delete;
  float_guard &operator=(const float_guard &) = delete;
};

// Whether a guard has put something back since this was asked last.
bool float_mode_was_changed();

} // namespace davit::plugin
