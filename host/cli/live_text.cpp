#include "cli/live_text.hpp"

#include <algorithm>
#include <utility>

#include <sys/ioctl.h>

namespace davit::cli {
namespace {

constexpr std::string_view ellipsis = "…";

// In columns. Characters beyond the first alphabets are taken for wide ones: a line that is too short can be
// overwritten.
std::size_t width_of(unsigned char first_byte) {
  if ((first_byte & 0xc0U) == 0x80) return 0; // goes on with a character
  return first_byte >= 0xe0 ? 2 : 1;
}

// The longest beginning of `text` that fits, to its last blank if it has one; one character at least.
std::size_t first_line(std::string_view text, std::size_t columns) {
  std::size_t used = 0, blank = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto width = width_of(static_cast<unsigned char>(text[at]));
    used += width;
    if (width > 0 && used > columns && used > width) return blank > 0 ? blank : at;
    if (text[at] == ' ') blank = at;
  }
  return text.size();
}

struct extent {
  std::size_t columns = 80, rows = 24;
};

extent extent_of(int fd) {
  winsize size{};
  extent out;
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return out;
  if (size.ws_col > 1) out.columns = size.ws_col;
  if (size.ws_row > 1) out.rows = size.ws_row;
  return out;
}

} // namespace

std::vector<std::string> folded(std::string_view text, std::size_t columns, std::size_t most) {
  std::string plain(text);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  std::vector<std::string> out;
  for (std::string_view rest = plain; !rest.empty() && out.size() < most;) {
    auto size = first_line(rest, columns);
    const bool too_long = size < rest.size() && out.size() + 1 == most;
    if (too_long) size = first_line(rest, columns > 2 ? columns - 2 : 1);
    out.emplace_back(rest.substr(0, size)).append(too_long ? ellipsis : "");
    rest.remove_prefix(size);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return out;
}

std::string live_text::erase() {
  std::string out;
  for (std::size_t i = std::exchange(lines_, 0); i > 0; --i) out += i == 1 ? "\r\x1b[J" : "\x1b[A";
  return out;
}

// A line that the terminal itself breaks, or that scrolls away, could not be overwritten.
std::string live_text::replace(int fd, std::string_view text, std::string_view left_behind) {
  std::string out = erase();
  if (!left_behind.empty()) out.append(left_behind).append("\n");
  const extent room = extent_of(fd);
  for (const auto &line : folded(text, room.columns - 1, room.rows - 1)) out += (lines_++ > 0 ? "\n" : "") + line;
  return out;
}

} // namespace davit::cli
