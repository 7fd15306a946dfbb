#include "plugin/unwritten_output.hpp"

#include "plugin/crash_reporter.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <thread>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::plugin {

// In a child: functions behind a stream may hang, crash, or end the process with a status of theirs; and a plugin may
// hold the lock of a stream for ever.
bool write_out_streams(std::chrono::milliseconds patience) {
  using namespace std::chrono_literals;
  const pid_t parent = ::getpid();
  const pid_t child = ::_Fork(); // not fork(), which calls what plugins have registered for it
  if (child < 0) return false;
  if (child == 0) {
    // It has davit's sessions open: it must not outlive davit, and keep their locks.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(1);
    const bool common = std::fflush(stdout) == 0 && std::fflush(stderr) == 0; // whatever comes of the others
    ::_exit(std::fflush(nullptr) == 0 && common ? 0 : 1);
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  int status = 0;
  for (pid_t ended = 0; ended == 0; std::this_thread::sleep_for(100us)) {
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status == 0;
    if (ended == 0 && std::chrono::steady_clock::now() > end) ::kill(child, SIGKILL);
  }
  return false;
}

void write_out_streams_or_warn() {
  if (!foreign_code_has_run() || write_out_streams(std::chrono::milliseconds(500))) return;
  constexpr std::string_view lost = "davit: warning: what plugins left in their output buffers could not be written\n";
  pollfd reader{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&reader, 1, 0) != 1 || !(reader.revents & POLLOUT)) return; // nobody is to be waited for any more
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, lost.data(), lost.size()); // and nobody else could be told
}

} // namespace davit::plugin
