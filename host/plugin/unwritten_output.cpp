#include "plugin/unwritten_output.hpp"

#include "plugin/crash_reporter.hpp"
#include "plugin/leaving.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <thread>

#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

// Async-signal-safe.
void warn() {
  constexpr std::string_view lost = "davit: warning: what plugins may have left in their output buffers could not be "
                                    "written\n";
  pollfd reader{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&reader, 1, 0) != 1 || !(reader.revents & POLLOUT)) return; // nobody is to be waited for any more
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, lost.data(), lost.size()); // and nobody else could be told
}

bool flush_all() {
  const bool common = std::fflush(stdout) == 0 && std::fflush(stderr) == 0; // whatever comes of the others
  return std::fflush(nullptr) == 0 && common;
}

void end_here(int) {
  warn();
  ::_exit(decided_status().value_or(1));
}

// Nothing but a timer is left to bound it.
bool write_out_here(std::chrono::milliseconds patience) {
  struct sigaction action {};
  action.sa_handler = end_here;
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  itimerval end{};
  end.it_value.tv_sec = patience.count() / 1000;
  end.it_value.tv_usec = patience.count() % 1000 * 1000;
  if (::sigaction(SIGALRM, &action, nullptr) != 0 || ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr) != 0 ||
      ::setitimer(ITIMER_REAL, &end, nullptr) != 0)
    return false;
  const bool good = flush_all();
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
  return good;
}

} // namespace

// In a child: functions behind a stream may hang, crash, or end the process with a status of theirs; and a plugin may
// hold the lock of a stream for ever.
bool write_out_streams(std::chrono::milliseconds patience, bool here_if_need_be) {
  using namespace std::chrono_literals;
  const pid_t parent = ::getpid();
  const pid_t child = ::_Fork(); // not fork(), which calls what plugins have registered for it
  if (child < 0) return here_if_need_be && write_out_here(patience);
  if (child == 0) {
    // It has davit's sessions open: it must not outlive davit, and keep their locks.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(1);
    ::_exit(flush_all() ? 0 : 1);
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
  if (foreign_code_has_run() && !write_out_streams(std::chrono::milliseconds(500), false)) warn();
}

} // namespace davit::plugin
