#include "scalar.hpp"

#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace integrity_check {
namespace {

[[noreturn]] void malformed() { throw std::invalid_argument("it is not valid JSON"); }

// Four hexadecimal digits at `rest`.
std::uint32_t take_unit(std::string_view &rest) {
  std::uint32_t unit = 0;
  if (rest.size() < 4) malformed();
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + 4, unit, 16);
  if (failed != std::errc() || end != rest.data() + 4) malformed();
  rest.remove_prefix(4);
  return unit;
}

void append_utf8(std::string &out, std::uint32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3fU)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0U | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// What follows "\u": one UTF-16 unit, or a surrogate pair.
void append_unicode_escape(std::string &out, std::string_view &rest) {
  const std::uint32_t unit = take_unit(rest);
  if (unit < 0xd800 || unit > 0xdfff) return append_utf8(out, unit);
  if (unit > 0xdbff || rest.substr(0, 2) != "\\u") malformed();
  rest.remove_prefix(2);
  const std::uint32_t low = take_unit(rest);
  if (low < 0xdc00 || low > 0xdfff) malformed();
  append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

// `rest` starts after the opening quote and must end with the closing one.
std::string unescape(std::string_view rest) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') {
      if (!rest.empty()) malformed();
      return out;
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (rest.empty()) malformed();
    const char letter = rest.front();
    rest.remove_prefix(1);
    const std::size_t at = letters.find(letter);
    if (letter == 'u')
      append_unicode_escape(out, rest);
    else if (at != std::string_view::npos)
      out += meanings[at];
    else
      malformed();
  }
  malformed();
}

} // namespace

scalar scalar::from_json(std::string_view json) {
  if (json == "true" || json == "false") return scalar(json == "true");
  if (!json.empty() && json.front() == '"') return scalar(unescape(json.substr(1)));
  if (auto number = decimal::parse(json)) return scalar(std::move(*number));
  throw std::invalid_argument("a boolean, a number or a string is expected, not " + std::string(json));
}

bool scalar::equals(std::string_view field) const {
  if (const bool *b = std::get_if<bool>(&value_)) return field == (*b ? "t" : "f");
  if (const auto *text = std::get_if<std::string>(&value_)) return field == *text;
  const auto number = decimal::parse(field);
  return number && number->compare(std::get<decimal>(value_)) == 0;
}

std::string scalar::describe() const {
  if (const bool *b = std::get_if<bool>(&value_)) return *b ? "true" : "false";
  if (const auto *text = std::get_if<std::string>(&value_)) return '"' + *text + '"';
  return std::get<decimal>(value_).text();
}

} // namespace integrity_check
