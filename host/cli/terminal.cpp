#include "cli/terminal.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace davit::cli {
namespace {

// Progress that nobody can read any more must not end a run; cli.cpp looks at stdout once at the end.
void write(std::FILE *to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

bool wants_color() {
  const char *none = std::getenv("NO_COLOR");
  const char *term = std::getenv("TERM");
  return !(none && *none) && term && std::string_view(term) != "dumb";
}

// A line that breaks could not be overwritten.
std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79;
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

// Its first characters, whole ones.
std::string_view beginning(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool continues = (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80;
    if (!continues && characters-- == 0) break;
  }
  return text.substr(0, at);
}

} // namespace

terminal::terminal(bool no_color)
    : err_is_terminal_(::isatty(STDERR_FILENO) == 1),
      out_color_(!no_color && wants_color() && ::isatty(STDOUT_FILENO) == 1),
      err_color_(!no_color && wants_color() && err_is_terminal_) {}

std::string terminal::paint(bool color, style s, std::string_view text) {
  if (!color || s == style::plain) return std::string(text);
  const char *code = s == style::bold   ? "1"
                     : s == style::dim  ? "2"
                     : s == style::good ? "32"
                     : s == style::bad  ? "31"
                                        : "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void terminal::clear_live() {
  if (!live_) return;
  std::fputs("\r\x1b[K", stderr);
  live_ = false;
}

void terminal::out(std::string_view line) {
  const std::lock_guard lock(mutex_);
  clear_live();
  write(data_, std::string(line) + "\n");
  std::fflush(data_);
}

void terminal::keep_stdout_from_plugins() {
  const std::lock_guard lock(mutex_);
  if (data_ != stdout) return;
  if ((::fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY) return; // it was closed: nothing can be written there
  std::fflush(stdout);
  // High, so that a plugin that closes or replaces the usual numbers does not meet it.
  int own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
  if (own < 0) own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3); // few descriptors are allowed here
  std::FILE *const kept = own < 0 ? nullptr : ::fdopen(own, "w");
  if (!kept || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    throw error(error_code::io,
                "standard output could not be kept from plugins: " + std::system_category().message(errno));
  data_ = kept;
}

bool terminal::flush() {
  const std::lock_guard lock(mutex_);
  return std::fflush(data_) == 0 && !std::ferror(data_);
}

void terminal::err(std::string_view line) {
  const std::lock_guard lock(mutex_);
  clear_live();
  write(stderr, std::string(line) + "\n");
}

void terminal::err_if_read(std::string_view line) {
  constexpr std::chrono::milliseconds patience{500};
  std::unique_lock lock(mutex_, std::defer_lock);
  if (!lock_within(lock, patience)) return;
  pollfd room{STDERR_FILENO, POLLOUT, 0}; // in a pipe: for a line of usual length
  if (::poll(&room, 1, static_cast<int>(patience.count())) == 0) return;
  clear_live();
  write(stderr, std::string(line) + "\n");
}

bool terminal::live(std::string_view line) {
  if (!err_is_terminal_) return false;
  const std::lock_guard lock(mutex_);
  clear_live();
  write(stderr, beginning(line, columns()));
  std::fflush(stderr);
  return live_ = true;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto b = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (b == '\n')
      out += "\n    ";
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
