#include "cli/terminal.hpp"

#include "base/error.hpp"
#include "base/stop_signals.hpp"
#include "plugin/crash_reporter.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace davit::cli {
namespace {

constexpr int until_told_to_stop = -1;
constexpr int between_looks_ms = 200;
constexpr std::chrono::milliseconds last_patience{500}; // of whoever must not wait

// Outside of a run nobody takes these signals: what waits for a reader has to give way to them.
bool told_to_stop() {
  if (plugin::late_stop_signal() != 0) return true;
  sigset_t waiting;
  if (::sigpending(&waiting) != 0) return false;
  return std::any_of(stop_signals.begin(), stop_signals.end(),
                     [&waiting](int s) { return sigismember(&waiting, s) == 1; });
}

bool has_room(int fd, int patience_ms) {
  pollfd room{fd, POLLOUT, 0};
  if (patience_ms != until_told_to_stop) return ::poll(&room, 1, patience_ms) != 0;
  while (::poll(&room, 1, between_looks_ms) == 0)
    if (told_to_stop()) return false;
  return true;
}

// All of it, in pieces for which a pipe that has room need not be waited for; else what kept it, as errno has it.
int write_all(int fd, std::string_view text, int patience_ms) {
  while (!text.empty()) {
    if (!has_room(fd, patience_ms)) return EINTR;
    const auto n = ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR && errno != EAGAIN) // the latter where somebody has made the other end non-blocking
      return errno;
  }
  return 0;
}

// High, so that a plugin that closes or replaces the usual numbers does not meet it; -1 and errno if there is none.
int own_copy(int fd) {
  const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, 100);
  return high >= 0 ? high : ::fcntl(fd, F_DUPFD_CLOEXEC, 3); // few descriptors are allowed here
}

bool obeys_codes() {
  const char *term = std::getenv("TERM");
  return term && std::string_view(term) != "dumb";
}

bool wants_color() {
  const char *none = std::getenv("NO_COLOR");
  return !(none && *none) && obeys_codes();
}

// Not by a timed mutex: the thread sanitizer does not see how libstdc++ locks that one.
bool lock_within(std::unique_lock<std::mutex> &lock, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!lock.try_lock()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

} // namespace

terminal::terminal(bool no_color)
    : out_(STDOUT_FILENO), err_(STDERR_FILENO), err_is_live_(::isatty(STDERR_FILENO) == 1 && obeys_codes()),
      out_color_(!no_color && wants_color() && ::isatty(STDOUT_FILENO) == 1),
      err_color_(!no_color && wants_color() && err_is_live_) {}

std::string terminal::paint(bool color, style s, std::string_view text) {
  if (!color || s == style::plain) return std::string(text);
  const char *code = s == style::bold   ? "1"
                     : s == style::dim  ? "2"
                     : s == style::good ? "32"
                     : s == style::bad  ? "31"
                                        : "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string terminal::over_live(std::string_view line) {
  under_way_.clear();
  std::string out = live_.erase();
  if (const std::string whole = let_go(); !whole.empty()) out.append(whole).append("\n");
  return out.append(line);
}

// Progress that nobody can read any more must not end a run.
void terminal::put_err(std::string_view text, int patience_ms) {
  if (write_all(err_, text, patience_ms) != EBADF || err_ == STDERR_FILENO) return;
  err_ = STDERR_FILENO; // a plugin has closed every number
  write_all(err_, text, patience_ms);
}

void terminal::out(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (is_over_) return;
  if (live_.there()) put_err(over_live(""), until_told_to_stop);
  silent_ = false;
  if (lost_ == 0) lost_ = write_all(out_, std::string(line) + "\n", until_told_to_stop);
}

void terminal::out_if_silent(std::string_view line) {
  std::unique_lock lock(mutex_, std::defer_lock);
  if (lock_within(lock, last_patience) && std::exchange(silent_, false)) {
    is_over_ = true;
    lost_ = write_all(out_, std::string(line) + "\n", static_cast<int>(last_patience.count()));
  }
}

void terminal::keep_output_from_plugins() {
  const std::lock_guard lock(mutex_);
  if (out_ != STDOUT_FILENO) return;
  if (const int own = own_copy(STDERR_FILENO); own >= 0) err_ = own;     // else the usual one has to do
  if ((::fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY) return; // it was closed: nothing can be written there
  const int own = own_copy(STDOUT_FILENO);
  if (own < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    throw error(error_code::io,
                "standard output could not be kept from plugins: " + std::system_category().message(errno));
  out_ = own;
}

int terminal::lost_output() {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void terminal::err(std::string_view line) {
  const std::lock_guard lock(mutex_);
  put_err(over_live(line) + "\n", until_told_to_stop);
}

void terminal::err_if_read(std::string_view line) {
  std::unique_lock lock(mutex_, std::defer_lock);
  if (lock_within(lock, last_patience)) put_err(over_live(line) + "\n", static_cast<int>(last_patience.count()));
}

// What was waited for, unless it stands there already.
std::string terminal::let_go() {
  std::string whole = std::exchange(waited_for_, {});
  return said_.insert(whole).second ? whole : std::string();
}

void terminal::live(std::string_view line) {
  if (!err_is_live_) return;
  const std::lock_guard lock(mutex_);
  put_err(live_.replace(err_, line, let_go()), until_told_to_stop);
  under_way_ = line;
}

void terminal::waiting(std::string_view what) {
  if (what.empty()) return live(under_way_);
  const std::string text = "waiting for " + printable(what);
  const std::lock_guard lock(mutex_);
  if (!err_is_live_) {
    if (said_.insert(text).second) put_err(text + "\n", until_told_to_stop);
    return;
  }
  // Who holds it comes before the first parenthesis; what they are at changes from look to look.
  const auto subject = std::string_view(text).substr(0, text.find('('));
  const std::string before = waited_for_.starts_with(subject) ? std::string() : let_go();
  put_err(live_.replace(err_, text, before), until_told_to_stop);
  waited_for_ = text;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto b = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (b == '\n')
      out += "\n    | "; // handlers' lines are indented as well
    else if ((b < 0x20 && b != '\t') || b == 0x7f)
      out += fmt::format("\\x{:02x}", b);
    else if (b == 0xc2 && next >= 0x80 && next < 0xa0) // U+0080 to U+009F, among them another ESC [
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    else
      out += text[i];
  }
  return out;
}

} // namespace davit::cli
