#include "cli/last_steps.hpp"

#include "base/error.hpp"
#include "plugin/crash_reporter.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace davit::cli {
namespace {

// The reports of sanitizers and of coverage are made at the end of the whole process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(DAVIT_COVERAGE)
constexpr bool may_leave_at_once = false;
#else
constexpr bool may_leave_at_once = true;
#endif

// In a child: behind a plugin's own stream may be functions of its own, which hang, crash, or end the process with a
// status of theirs; and it may hold the lock of a stream for ever.
bool streams_flushed() {
  using namespace std::chrono_literals;
  const pid_t child = ::_Fork(); // not fork(), which calls what plugins have registered for it
  if (child < 0) return false;
  if (child == 0) {
    const bool common = std::fflush(stdout) == 0 && std::fflush(stderr) == 0; // whatever comes of the others
    ::_exit(std::fflush(nullptr) == 0 && common ? 0 : 1);
  }
  const auto patience = std::chrono::steady_clock::now() + 2s;
  int status = 0;
  for (pid_t ended = 0; ended == 0; std::this_thread::sleep_for(100us)) {
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status == 0;
    if (ended == 0 && std::chrono::steady_clock::now() > patience) ::kill(child, SIGKILL);
  }
  return false;
}

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
    if (!streams_flushed()) t.err_if_read("warning: what plugins left in their output buffers could not be written");
    ::_exit(status);
  }
  return status;
}

} // namespace davit::cli
