#include "migration/excerpt.hpp"

#include "migration/text_position.hpp"

#include <algorithm>

namespace davit::migration {
namespace {

constexpr std::size_t window = 120; // characters
constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "…";

// The character at the front of `text`, with stray continuation bytes behind it.
std::string_view front_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && continues_character(text[size])) ++size;
  return text.substr(0, size);
}

std::string_view drop_characters(std::string_view text, std::size_t count) {
  for (; count > 0 && !text.empty(); --count) text.remove_prefix(front_character(text).size());
  return text;
}

// One well-formed UTF-8 character which is no control character.
bool is_printable(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  const auto lead = byte(0);
  switch (character.size()) {
  case 1: return lead >= 0x20 && lead < 0x7F;
  case 2: return (lead == 0xC2 && byte(1) >= 0xA0) || (lead > 0xC2 && lead < 0xE0);
  case 3: return (lead & 0xF0U) == 0xE0 && (lead != 0xE0 || byte(1) >= 0xA0) && (lead != 0xED || byte(1) < 0xA0);
  case 4: return lead >= 0xF0 && lead <= 0xF4 && (lead != 0xF0 || byte(1) >= 0x90) && (lead != 0xF4 || byte(1) < 0x90);
  default: return false;
  }
}

} // namespace

std::string excerpt_of_line(std::string_view line, std::uint32_t column) {
  const std::size_t before = column > 0 ? column - 1 : 0;
  const bool fits = drop_characters(line, window).empty();
  const std::size_t skipped = fits || before <= window / 2 ? 0 : before - window / 2;

  std::string shown(skipped > 0 ? ellipsis : "");
  std::string caret(skipped > 0 ? " " : "");
  auto rest = drop_characters(line, skipped);
  for (std::size_t i = skipped; !rest.empty() && (fits || i < skipped + window); ++i) {
    const auto character = front_character(rest);
    const bool tab = character == "\t";
    shown += tab || is_printable(character) ? character : replacement;
    if (i < before) caret += tab ? '\t' : ' ';
    rest.remove_prefix(character.size());
  }
  if (!rest.empty()) shown += ellipsis;
  return column == 0 ? shown : shown + '\n' + caret + '^';
}

} // namespace davit::migration
