#include "plugin/crash_reporter.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr std::size_t stack_size = 64 * 1024;

std::array<char, 600> note{};
std::atomic<std::size_t> note_size{0};

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::array fatal{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
std::array<struct sigaction, fatal.size()> before{};

void put(const char *text, std::size_t size) {
  if (::write(STDERR_FILENO, text, size) < 0) return; // nobody reads: there is nothing else to do here
}

// Async-signal-safe calls only.
void report(int signal) {
  constexpr char begin[] = "\ndavit: crashed in ";
  constexpr char end[] = "; the server rolls back what was not committed, davit status tells what was\n";
  if (const auto size = note_size.load(); size > 0) {
    put(begin, sizeof begin - 1);
    put(note.data(), size);
    put(end, sizeof end - 1);
  }
  for (std::size_t i = 0; i < fatal.size(); ++i)
    if (fatal[i] == signal) ::sigaction(signal, &before[i], nullptr);
  ::raise(signal); // delivered when this handler returns, to whoever had it before
}
#endif

} // namespace

void install_crash_reporter() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  struct sigaction action {};
  action.sa_handler = report;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < fatal.size(); ++i) ::sigaction(fatal[i], &action, &before[i]);
#endif
}

crash_note::crash_note(std::string_view who) {
  const auto size = std::min(who.size(), note.size());
  std::copy_n(who.data(), size, note.data());
  note_size = size;
}

crash_note::~crash_note() { note_size = 0; }

crash_stack::crash_stack() : memory_(std::make_unique<std::byte[]>(stack_size)) {
  stack_t s{};
  s.ss_sp = memory_.get();
  s.ss_size = stack_size;
  ::sigaltstack(&s, nullptr); // fails only for a size that is too small
}

crash_stack::~crash_stack() {
  stack_t s{};
  s.ss_flags = SS_DISABLE;
  ::sigaltstack(&s, nullptr);
}

} // namespace davit::plugin
