#include "cli/last_steps.hpp"

#include "base/error.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/leaving.hpp"
#include "plugin/unwritten_output.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <unistd.h>

namespace davit::cli {
namespace {

// The reports of sanitizers and of coverage are made at the end of the whole process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(DAVIT_COVERAGE)
constexpr bool may_leave_at_once = false;
#else
constexpr bool may_leave_at_once = true;
#endif

} // namespace

int delivered(int status, terminal &t) {
  const int why = t.lost_output();
  // A reader that went away on purpose is no failure.
  if (why == 0 || why == EPIPE || status != 0) return status;
  t.err("error: standard output could not be written: " + std::generic_category().message(why));
  return static_cast<int>(exit_code::failed);
}

int end_process(int status, terminal &t) {
  if (may_leave_at_once && plugin::foreign_code_has_run()) {
    status = plugin::decide_status(status);
    if (!plugin::write_out_streams(std::chrono::seconds(2), true))
      t.err_if_read("warning: what plugins may have left in their output buffers could not be written");
    ::_exit(status);
  }
  return status;
}

} // namespace davit::cli
