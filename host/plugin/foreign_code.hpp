// Around every call into the code of a plugin: whoever takes the process or its thread away is named, and the thread
// computes afterwards as it did before.
#pragma once

#include "plugin/crash_reporter.hpp"
#include "plugin/float_mode.hpp"
#include "plugin/processor_flags.hpp"

#include <cxxabi.h>
#include <string_view>
#include <utility>

namespace davit::plugin {

// Exceptions pass; pthread_exit() ends the process, as exit() does: nobody would be left to go on with the run.
// The unwinding of a thread has no object that the reference below could be bound to, which is no mistake.
template <typename Code>
__attribute__((no_sanitize("null"))) decltype(auto) run_foreign(std::string_view who, Code &&code) {
  const float_guard floats;
  const crash_note note(who);
  const flags_guard flags; // goes first: all else counts on them
  try {
    return std::forward<Code>(code)();
  } catch (const abi::__forced_unwind &) {
    report_thread_exit();
  }
}

} // namespace davit::plugin
