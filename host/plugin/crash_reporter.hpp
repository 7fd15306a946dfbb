// A crash inside a plugin, or a call of exit(), takes the process with it; at least it is said whose it was.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace davit::plugin {

// For SIGSEGV and others that mean a bug, and for those that would end the process and that it has sent itself, as a
// timer does that a plugin has forgotten: names the handler that runs on standard error, then lets the signal do what
// it would have done, or ends with the status that is decided. Once for the process; does nothing under sanitizers,
// whose own reports say more.
void install_crash_reporter();

// The last of SIGINT, SIGTERM and SIGHUP that came from outside, and was not blocked, once the status was decided; 0 if
// none did. Such a one ends nothing any more: davit is about to end anyhow, and must not seem to have been stopped
// before its answer. Who waits for a plugin, or a reader, looks at this.
int late_stop_signal() noexcept;

// While this lives, exit() and quick_exit() are not davit's own: they are named likewise, and the process ends with
// status 1, or the one that is decided, whatever was passed. Once for the process.
class exit_reporter {
public:
  exit_reporter();
  ~exit_reporter();
  exit_reporter(const exit_reporter &) = delete;
  exit_reporter &operator=(const exit_reporter &) = delete;
};

// Says in whose code pthread_exit() was called, and ends the process likewise; or the thread waits for the end here, if
// its call was given up.
[[noreturn]] void report_thread_exit();

// The call that runs does not return: what its thread does from now on is told apart from what others do, and exit()
// there ends nothing any more.
void give_up_running_call();

// What the run has failed of, for a crash after that.
void note_failure(std::string_view text);

// From now on a crash may have left something for the server to roll back.
void note_connection();

// Whether code of a plugin has run in this process.
bool foreign_code_has_run();

// A library whose code is in the process from now on, and may run on threads of its own.
void name_loaded_plugin(std::string_view who);

// What to say if the process dies while this lives: a plugin's code runs. One at a time. A child process that the
// plugin forked and that comes back to here is ended.
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

  // False if somebody had taken it away from the calling thread, which has it again now.
  static bool put_back();

private:
  void use() const;
  std::unique_ptr<std::byte[]> memory_;
};

} // namespace davit::plugin
