// A crash inside a plugin takes the process with it; at least it is said whose crash it was.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace davit::plugin {

// For SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT: names the handler that runs on standard error, then lets the signal
// do what it would have done. Once for the process; does nothing under sanitizers, whose own reports say more.
void install_crash_reporter();

// What to say if the process dies while this lives. One at a time.
class crash_note {
public:
  explicit crash_note(std::string_view who);
  ~crash_note();
  crash_note(const crash_note &) = delete;
  crash_note &operator=(const crash_note &) = delete;
};

// Gives the calling thread a stack for the report, which a stack overflow needs.
class crash_stack {
public:
  crash_stack();
  ~crash_stack();
  crash_stack(const crash_stack &) = delete;
  crash_stack &operator=(const crash_stack &) = delete;

private:
  std::unique_ptr<std::byte[]> memory_;
};

} // namespace davit::plugin
