#include "config/open_value.hpp"

#include <algorithm>

namespace davit::config {
namespace {

class scanner {
public:
  explicit scanner(std::string_view source) : rest_(source) {}

  std::optional<open_value> open_at(std::uint32_t line) {
    while (line_ < line && !rest_.empty()) step();
    if (!delimiter_.empty()) return open_value{true, depth_ > 0 ? nesting_line_ : text_line_};
    if (depth_ > 0) return open_value{false, nesting_line_};
    return std::nullopt;
  }

private:
  void step() {
    const char c = rest_.front();
    if (c == '\n')
      end_line();
    else if (!delimiter_.empty())
      inside_text(c);
    else
      outside(c);
  }

  void take(std::size_t n) { rest_.remove_prefix(std::min(n, rest_.size())); }

  void end_line() {
    ++line_;
    take(1);
    if (delimiter_.size() == 1) delimiter_ = {}; // that one ends here, or it is the error
  }

  void inside_text(char c) {
    if (c == '\\' && delimiter_.front() == '"')
      return take(rest_.size() > 1 && rest_[1] != '\n' ? 2 : 1); // also an escaped quote
    if (!rest_.starts_with(delimiter_)) return take(1);
    take(delimiter_.size());
    // Two more may stand before the three that end it.
    for (int i = 0; i < 2 && delimiter_.size() == 3 && rest_.starts_with(delimiter_.front()); ++i) take(1);
    delimiter_ = {};
  }

  void outside(char c) {
    switch (c) {
    case '"':
    case '\'':
      delimiter_ = rest_.substr(0, rest_.size() > 2 && rest_[1] == c && rest_[2] == c ? 3 : 1);
      text_line_ = line_;
      return take(delimiter_.size());
    case '#': return take(std::min(rest_.find('\n'), rest_.size()));
    case '[':
    case '{':
      if (depth_++ == 0) nesting_line_ = line_;
      break;
    case ']':
    case '}':
      if (depth_ > 0) --depth_;
      break;
    default: break;
    }
    take(1);
  }

  std::string_view rest_;
  std::string_view delimiter_; // of the string that is open
  std::uint32_t line_ = 1, text_line_ = 1, nesting_line_ = 1;
  std::size_t depth_ = 0; // of arrays and tables
};

} // namespace

std::optional<open_value> value_open_at(std::string_view source, std::uint32_t line) {
  return scanner(source).open_at(line);
}

} // namespace davit::config
