#include "postgres/cancel_at_stop.hpp"

#include "base/stop_signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>

#include <libpq-fe.h>
#include <unistd.h>

namespace davit::postgres {
namespace {

constexpr unsigned patience = 2; // seconds for a server that does not answer
constexpr std::int64_t same_wish_ms = 250;

// A signal handler reads them, so none is ever freed. A session that is closed by now makes the server do nothing.
std::array<std::atomic<PGcancel *>, 32> sessions;
std::atomic<std::size_t> next{0};
std::atomic<bool> awaits_signals{false};
std::atomic<bool> is_over{false};
std::atomic<int> status{0};
std::atomic<std::int64_t> first_at{0};
std::atomic<pid_t> self{0};
std::array<struct sigaction, stop_signals.size()> before; // who took them until now

void say(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void leave(int) { ::_exit(status); }

std::int64_t now_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000;
}

void hand_on(int signal, siginfo_t *info, void *where) {
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    if (stop_signals[i] != signal) continue;
    if (before[i].sa_flags & SA_SIGINFO) return before[i].sa_sigaction(signal, info, where);
    ::sigaction(signal, &before[i], nullptr);
    ::raise(signal);
  }
}

// PQcancel() is made to be called here.
void stop(int signal, siginfo_t *info, void *where) {
  if (::getpid() != self) { // a child's end is no affair of these sessions
    std::signal(signal, SIG_DFL);
    ::raise(signal);
    return;
  }
  if (is_over) return hand_on(signal, info, where);
  if (status != 0) { // who signals a process and its group means it once
    if (now_ms() - first_at < same_wish_ms) return;
    ::_exit(status);
  }
  first_at = now_ms();
  status = 128 + (signal == SIGINT ? SIGINT : SIGTERM);
  std::signal(SIGALRM, leave);
  ::alarm(patience);
  bool any = false, all = true;
  std::array<char, 256> why;
  for (const auto &s : sessions)
    if (const auto *session = s.load()) {
      any = true;
      all = PQcancel(const_cast<PGcancel *>(session), why.data(), static_cast<int>(why.size())) == 1 && all;
    }
  say(signal == SIGINT ? "davit: interrupted" : signal == SIGTERM ? "davit: terminated" : "davit: hung up");
  say(!any  ? "\n"
      : all ? "; the server is told to end what it was at, and rolls back what was not committed\n"
            : "; the server could not be told to end what it was at, which may go on there\n");
  ::_exit(status);
}

} // namespace

cancel_at_stop::cancel_at_stop() {
  awaits_signals = true;
  is_over = false;
  self = ::getpid();
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    if (::sigaction(stop_signals[i], nullptr, &before[i]) != 0 || before[i].sa_handler == SIG_IGN) continue;
    struct sigaction now {};
    now.sa_sigaction = &stop;
    now.sa_flags = SA_NODEFER | SA_SIGINFO; // the second one ends davit at once
    sigemptyset(&now.sa_mask);
    ::sigaction(stop_signals[i], &now, nullptr);
  }
}

cancel_at_stop::~cancel_at_stop() {
  over();
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    struct sigaction now {};
    if (::sigaction(stop_signals[i], nullptr, &now) == 0 && now.sa_sigaction == &stop)
      ::sigaction(stop_signals[i], &before[i], nullptr);
  }
}

// The handlers stay: plugins, which are destroyed after that, would be blamed for what has changed.
void cancel_at_stop::over() noexcept {
  awaits_signals = false;
  is_over = true;
}

void cancel_at_stop::opened(pg_conn *session) noexcept {
  if (awaits_signals) sessions[next++ % sessions.size()] = PQgetCancel(session);
}

} // namespace davit::postgres
