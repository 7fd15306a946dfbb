#include "base/utf8.hpp"

#include <cstddef>

namespace davit {
namespace {

// Bytes of the valid sequence at the beginning of `s`; 0 if there is none. No overlong forms, no surrogates, nothing
// above U+10FFFF.
std::size_t sequence_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char b = byte(0);
  if (b == 0) return 0;
  if (b < 0x80) return 1;
  if (b < 0xc2 || b > 0xf4) return 0;
  const std::size_t length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
  if (s.size() < length) return 0;
  const unsigned char second = byte(1);
  if ((b == 0xe0 && second < 0xa0) || (b == 0xed && second > 0x9f) || (b == 0xf0 && second < 0x90) ||
      (b == 0xf4 && second > 0x8f))
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  return length;
}

} // namespace

bool is_utf8_text(std::string_view s) {
  while (!s.empty()) {
    const std::size_t n = sequence_length(s);
    if (n == 0) return false;
    s.remove_prefix(n);
  }
  return true;
}

std::string visible(std::string_view s) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : s) {
    const auto b = static_cast<unsigned char>(c);
    if (b >= 0x20 && b != 0x7f) {
      out += c;
      continue;
    }
    out += "\\x";
    out += digits[b >> 4U];
    out += digits[b & 0xfU];
  }
  return out;
}

std::string cut_text(std::string_view s, std::size_t most) {
  if (s.size() <= most) return std::string(s);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(s[end]) & 0xc0U) == 0x80U) --end;
  return std::string(s.substr(0, end)) + "… (cut: it had " + std::to_string(s.size()) + " bytes)";
}

std::string to_utf8_text(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const std::size_t n = sequence_length(s);
    out += n ? s.substr(0, n) : "\xef\xbf\xbd";
    s.remove_prefix(n ? n : 1);
  }
  return out;
}

} // namespace davit
