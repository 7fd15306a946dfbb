#include "plugin/crash_reporter.hpp"

#include "base/stop_signals.hpp"
#include "plugin/forked_child.hpp"
#include "plugin/leaving.hpp"
#include "plugin/processor_flags.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr std::size_t stack_size = 64 * 1024;
constexpr std::string_view own_line = "\ndavit: ";
constexpr std::string_view rolled_back = "the server rolls back what was not committed, davit status tells what was";
constexpr std::string_view untouched = "davit had not connected to the database, nothing is changed there";
constexpr std::string_view what_to_do = "mend the plugin, or take it out of davit.toml";

// Text that a signal handler may read at any moment.
template <std::size_t N> struct fixed_text {
  std::array<char, N> bytes{};
  std::atomic<std::size_t> size{0};

  std::string_view view() const { return {bytes.data(), size.load(std::memory_order_acquire)}; }
  void append(std::string_view more) {
    const auto old = size.load(std::memory_order_relaxed);
    const auto n = std::min(more.size(), N - old);
    std::copy_n(more.data(), n, bytes.data() + old);
    size.store(old + n, std::memory_order_release);
  }
  void clear() { size.store(0, std::memory_order_release); }
};

// Whose code a thread is in. Those that get a note stay until the process ends.
struct thread_note {
  fixed_text<600> text;
  std::atomic<bool> given_up{false};
};
constinit thread_local thread_note mine;
std::atomic<thread_note *> running{nullptr}; // the one that davit waits for
std::atomic<bool> have_run{false};
std::atomic<bool> database_reached{false};
std::atomic<int> late_stop{0};
fixed_text<1000> loaded;
fixed_text<1000> failed_before; // empty, or without control characters
thread_local const crash_stack *stack_of_thread = nullptr;

bool inside_note() { return !mine.text.view().empty(); }

// Async-signal-safe calls only, from here on.
void put(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return; // nobody reads: there is no other place to say it
}

// A crash on another thread than the handler's may be that of any plugin.
template <class Say> void say_where(Say &&say) {
  if (inside_note()) {
    say(mine.text.view());
    return say(mine.given_up ? ", which was given up before" : "");
  }
  say("a thread outside of any call of a plugin");
  if (const auto *other = running.load(std::memory_order_acquire)) {
    say(" (");
    say(other->text.view());
    say(" was running)");
  }
  say("; plugins in this process: ");
  say(loaded.view());
}
void put_where() { say_where(put); }

std::string_view state() { return database_reached ? rolled_back : untouched; }

void put_what_next() {
  put("; ");
  put(decided_status() ? "what davit has answered stands, and so does its exit code" : state());
  put("\ndavit: what to do: ");
  put(inside_note() ? what_to_do : "take the plugins out of davit.toml one at a time, to see whose thread it was");
  put("\n");
}

[[maybe_unused]] bool plugins_involved() { return inside_note() || !loaded.view().empty(); }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::array fatal{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU};
constexpr std::array ending{SIGHUP,  SIGINT,    SIGQUIT, SIGTERM, SIGALRM, SIGUSR1,
                            SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};
std::array<struct sigaction, NSIG> before{};

// Who sends a signal from outside knows what it does.
bool sent_from_outside(const siginfo_t &info) {
  const bool by_somebody = info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL;
  const bool by_terminal = info.si_code == SI_KERNEL && info.si_signo <= SIGQUIT; // SIGHUP, SIGINT, SIGQUIT
  return by_terminal || (by_somebody && info.si_pid != ::getpid());
}

// The first process of a container: the kernel keeps from it what it has no handler for. Others may have been told to
// ignore a signal by who started them. Having said that davit has crashed, it cannot go on.
bool would_end_nothing(int signal) {
  const auto was = before[static_cast<std::size_t>(signal)].sa_handler;
  return was == SIG_IGN || (was == SIG_DFL && ::getpid() == 1);
}

void report(int signal, siginfo_t *info, void *) {
  clear_processor_flags();
  if (asks_to_stop(signal) && decided_status() && sent_from_outside(*info) && !in_other_process()) {
    late_stop = signal;
    return;
  }
  const bool bug = std::find(fatal.begin(), fatal.end(), signal) != fatal.end();
  if (plugins_involved() && !in_other_process() && (bug || !sent_from_outside(*info))) {
    const char *name = ::sigabbrev_np(signal);
    put(bug ? "\ndavit: crashed in " : "\ndavit: ended by ");
    if (!bug) put(name ? "SIG" : "a real-time signal");
    if (!bug && name) put(name);
    if (!bug) put(", which this process has sent itself, in ");
    put_where();
    put_what_next();
    if (!decided_status() && !failed_before.view().empty()) {
      put("davit: the run had failed before, and was telling so: ");
      put(failed_before.view());
      put("\n");
    }
    if (const auto status = decided_status()) ::_exit(*status);
    if (would_end_nothing(signal)) ::_exit(128 + signal);
  }
  ::sigaction(signal, &before[static_cast<std::size_t>(signal)], nullptr);
  ::raise(signal); // delivered when this handler returns, to whoever had it before
}

void watch_signal(int signal, bool only_if_default) {
  auto &old = before[static_cast<std::size_t>(signal)];
  if (::sigaction(signal, nullptr, &old) != 0 || (only_if_default && old.sa_handler != SIG_DFL)) return;
  struct sigaction action {};
  action.sa_sigaction = report;
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}
#endif

// A thread that was given up is missed by nobody: the run's end goes on without it.
void stay_if_given_up(std::string_view what) {
  if (!mine.given_up || in_other_process()) return;
  put(what);
  put_where();
  put("; its thread stops here, davit goes on\n");
  for (;;) ::pause();
}

[[noreturn]] void leave_because(std::string_view what) {
  put(what);
  put_where();
  put_what_next();
  error why(error_code::hook_failed, std::string(what.substr(own_line.size())), std::string(what_to_do));
  say_where([&why](std::string_view text) { why.message += text; });
  why.state = state();
  leave(why);
}

std::atomic<bool> exit_is_davits{true};
constexpr std::string_view exit_called = "\ndavit: exit() was called in ";
constexpr std::string_view thread_exit_called = "\ndavit: pthread_exit() was called in ";

void report_exit() {
  if (exit_is_davits || in_other_process()) return; // what a child does at its end is the plugin's own affair
  leave_because(exit_called);
}

void stay_out_of_exit() { stay_if_given_up(exit_called); }

} // namespace

void install_crash_reporter() {
  watch_forks();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  for (const int s : fatal) watch_signal(s, false);
  for (const int s : ending) watch_signal(s, true);
  for (int s = SIGRTMIN; s <= SIGRTMAX; ++s) watch_signal(s, true);
#endif
}

int late_stop_signal() noexcept { return late_stop; }

exit_reporter::exit_reporter() {
  exit_is_davits = false;
  std::atexit(report_exit);
  std::at_quick_exit(report_exit);
}

exit_reporter::~exit_reporter() { exit_is_davits = true; }

void report_thread_exit() {
  stay_if_given_up(thread_exit_called);
  leave_because(thread_exit_called);
}

// What is registered last is called first: before the destructors of static objects, which others still use.
void give_up_running_call() {
  if (auto *note = running.exchange(nullptr)) note->given_up = true;
  std::atexit(stay_out_of_exit);
  std::at_quick_exit(stay_out_of_exit);
}

void note_failure(std::string_view text) {
  std::string plain(text);
  for (char &c : plain)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  failed_before.clear();
  failed_before.append(plain);
}

void note_connection() { database_reached = true; }

bool foreign_code_has_run() { return have_run.load(std::memory_order_relaxed); }

void name_loaded_plugin(std::string_view who) {
  if (!loaded.view().empty()) loaded.append(", ");
  loaded.append(who);
}

crash_note::crash_note(std::string_view who) {
  have_run.store(true, std::memory_order_relaxed);
  mine.text.clear();
  mine.text.append(who);
  running.store(&mine, std::memory_order_release);
}

crash_note::~crash_note() {
  if (in_forked_child()) leave_if_forked(mine.text.view());
  if (running.load(std::memory_order_relaxed) == &mine) running.store(nullptr, std::memory_order_release);
  mine.text.clear();
}

crash_stack::crash_stack() : memory_(std::make_unique<std::byte[]>(stack_size)) {
  use();
  stack_of_thread = this;
}

void crash_stack::use() const {
  stack_t s{};
  s.ss_sp = memory_.get();
  s.ss_size = stack_size;
  ::sigaltstack(&s, nullptr); // fails only for a size that is too small
}

bool crash_stack::put_back() {
  stack_t now{};
  if (!stack_of_thread || ::sigaltstack(nullptr, &now) != 0 || now.ss_sp == stack_of_thread->memory_.get()) return true;
  stack_of_thread->use();
  return false;
}

crash_stack::~crash_stack() {
  stack_of_thread = nullptr;
  stack_t s{};
  s.ss_flags = SS_DISABLE;
  ::sigaltstack(&s, nullptr);
}

} // namespace davit::plugin
