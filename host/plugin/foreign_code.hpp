// Around every call into the code of a plugin: whoever takes the process or its thread away is named, and the thread
// computes afterwards as it did before.
#pragma once

#include "base/utf8.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/float_mode.hpp"
#include "plugin/processor_flags.hpp"

#include <cxxabi.h>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <pthread.h>

namespace davit::plugin {

// Davit may be handling an exception, of which it tells the plugin. The unwinding of a thread cannot be caught while
// that is so, and is no affair of the plugin's, which could throw it on.
class handled_exceptions_guard {
public:
  handled_exceptions_guard() : before_(std::exchange(*handled(), nullptr)) {}
  ~handled_exceptions_guard() { *handled() = before_; }
  handled_exceptions_guard(const handled_exceptions_guard &) = delete;
  handled_exceptions_guard &operator=(const handled_exceptions_guard &) = delete;

private:
  // The first member of what it returns, as the C++ ABI lays it down: the exceptions that the thread has caught.
  static void **handled() { return reinterpret_cast<void **>(abi::__cxa_get_globals()); }
  void *const before_;
};

// A request to cancel the thread would strike in davit's code: from the first call on it has an effect only while
// foreign code wants that.
class cancel_guard {
public:
  cancel_guard() = default;
  ~cancel_guard() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); }
  cancel_guard(const cancel_guard &) = delete;
  cancel_guard &operator=(const cancel_guard &) = delete;
};

// Exceptions pass; pthread_exit() ends the process, as exit() does: nobody would be left to go on with the run.
// The unwinding of a thread has no object that the reference below could be bound to, which is no mistake.
template <typename Code>
__attribute__((no_sanitize("null"))) decltype(auto) run_foreign(std::string_view who, Code &&code) {
  const cancel_guard cancelling;
  const handled_exceptions_guard handled;
  const float_guard floats;
  const crash_note note(who);
  const flags_guard flags; // goes first: all else counts on them
  try {
    return std::forward<Code>(code)();
  } catch (const abi::__forced_unwind &) {
    report_thread_exit();
  }
}

inline constexpr std::string_view threw_unknown = "threw something that is not a std::exception";

// The same for code whose exceptions end here: what they say of themselves and how they are destroyed is the plugin's
// code, too. Returns what it threw, or nothing.
template <typename Code> std::string catch_foreign(std::string_view who, Code &&code) {
  return run_foreign(
      who, [&]() __attribute__((no_sanitize("null")))->std::string {
        try {
          code();
          return {};
        } catch (const abi::__forced_unwind &) {
          throw;
        } catch (const std::exception &e) {
          return "it threw: " + to_utf8_text(e.what());
        } catch (...) {
          return "it " + std::string(threw_unknown);
        }
      });
}

} // namespace davit::plugin
