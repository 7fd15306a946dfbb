#include "plugin/crash_reporter.hpp"

#include "plugin/forked_child.hpp"
#include "plugin/leaving.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr std::size_t stack_size = 64 * 1024;
constexpr std::string_view what_next = "; the server rolls back what was not committed, davit status tells what was\n";

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

fixed_text<600> note;
fixed_text<1000> loaded;
// Whose note it is: a thread that stays in a handler that was given up must not pass for the one that runs now.
std::atomic<int> latest{0};
thread_local int mine = 0;
thread_local const crash_stack *stack_of_thread = nullptr;

bool inside_note() { return mine != 0 && mine == latest; }

// Async-signal-safe calls only, from here on.
void put(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return; // nobody reads: there is no other place to say it
}

// A crash on another thread than the handler's may be that of any plugin.
void put_where() {
  if (inside_note()) return put(note.view());
  put("a thread outside of any call of a plugin");
  if (!note.view().empty()) {
    put(" (");
    put(note.view());
    put(" was running)");
  }
  put("; plugins in this process: ");
  put(loaded.view());
}

[[maybe_unused]] bool plugins_involved() { return inside_note() || !loaded.view().empty(); }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::array fatal{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGXFSZ, SIGXCPU};
constexpr std::array ending{SIGHUP,  SIGINT,    SIGQUIT, SIGTERM, SIGALRM, SIGUSR1,
                            SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};
std::array<struct sigaction, NSIG> before{};

// Who sends a signal from outside knows what it does.
bool sent_from_outside(const siginfo_t &info) {
  const bool by_somebody = info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL;
  const bool by_terminal = info.si_code == SI_KERNEL && info.si_signo <= SIGQUIT; // SIGHUP, SIGINT, SIGQUIT
  return by_terminal || (by_somebody && info.si_pid != ::getpid());
}

void report(int signal, siginfo_t *info, void *) {
  const bool bug = std::find(fatal.begin(), fatal.end(), signal) != fatal.end();
  if (plugins_involved() && !in_forked_child() && (bug || !sent_from_outside(*info))) {
    const char *name = ::sigabbrev_np(signal);
    put(bug ? "\ndavit: crashed in " : "\ndavit: ended by ");
    if (!bug) put(name ? "SIG" : "a real-time signal");
    if (!bug && name) put(name);
    if (!bug) put(", which this process has sent itself, in ");
    put_where();
    put(what_next);
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

[[noreturn]] void leave_because(std::string_view what) {
  put(what);
  put_where();
  put(decided_status() ? "; what davit has answered stands, and so does its exit code\n" : what_next);
  leave(1);
}

std::atomic<bool> exit_is_davits{true};

void report_exit() {
  if (exit_is_davits || in_forked_child()) return; // what a child does at its end is the plugin's own affair
  leave_because("\ndavit: exit() was called in ");
}

} // namespace

void install_crash_reporter() {
  watch_forks();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  for (const int s : fatal) watch_signal(s, false);
  for (const int s : ending) watch_signal(s, true);
  for (int s = SIGRTMIN; s <= SIGRTMAX; ++s) watch_signal(s, true);
#endif
}

exit_reporter::exit_reporter() {
  exit_is_davits = false;
  std::atexit(report_exit);
  std::at_quick_exit(report_exit);
}

exit_reporter::~exit_reporter() { exit_is_davits = true; }

void report_thread_exit() { leave_because("\ndavit: pthread_exit() was called in "); }

bool foreign_code_has_run() { return latest.load(std::memory_order_relaxed) != 0; }

void name_loaded_plugin(std::string_view who) {
  if (!loaded.view().empty()) loaded.append(", ");
  loaded.append(who);
}

crash_note::crash_note(std::string_view who) {
  mine = latest.load(std::memory_order_relaxed) + 1;
  latest.store(mine, std::memory_order_release);
  note.clear();
  note.append(who);
}

crash_note::~crash_note() {
  if (in_forked_child()) leave_if_forked(note.view());
  if (inside_note()) note.clear();
  mine = 0;
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
