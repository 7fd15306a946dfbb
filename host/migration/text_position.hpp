// Lines and columns of offsets into a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace davit::migration {

// Both from 1; the column counts characters of UTF-8.
struct text_position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// What some editors put in front of UTF-8 text: no part of it, and of no column.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Whether a byte continues the UTF-8 character before it.
constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Walks forward through a text, so that all the places asked for in ascending order cost one pass.
class text_cursor {
public:
  // `text` must outlive the cursor; `at` is the position of the byte at `offset`.
  explicit text_cursor(std::string_view text, std::size_t offset = 0, text_position at = {})
      : text_(text), offset_(offset), position_(at) {}

  // `offset` is not before that of the last call.
  text_position advance_to(std::size_t offset);

private:
  std::string_view text_;
  std::size_t offset_;
  text_position position_;
};

} // namespace davit::migration
