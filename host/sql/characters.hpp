// Character classes of PostgreSQL's lexer: ASCII rules whatever the locale; every byte of a non-ASCII character can
// stand in a name.
#pragma once

#include <algorithm>
#include <string_view>

namespace davit::sql {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_name_start(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// In a name, but for the dollar sign, which cannot stand in the tag of a dollar quote.
constexpr bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

// `keyword` in lower case.
constexpr bool equals_keyword(std::string_view word, std::string_view keyword) {
  return word.size() == keyword.size() &&
         std::equal(word.begin(), word.end(), keyword.begin(), [](char a, char b) { return lower(a) == b; });
}

} // namespace davit::sql
