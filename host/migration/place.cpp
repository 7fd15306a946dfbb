#include "migration/excerpt.hpp"
#include "migration/script.hpp"
#include "migration/text_position.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>

namespace davit::migration {

place place_in(const script &s, const statement &st, std::uint32_t position) {
  const auto begin = static_cast<std::size_t>(st.text.data() - s.bytes.data());
  std::size_t offset = position == 0 ? sql::token_reader(st.text).offset() : 0;
  for (auto left = position; left > 1 && offset < st.text.size(); --left) {
    ++offset;
    while (offset < st.text.size() && continues_character(st.text[offset])) ++offset;
  }
  const auto at = text_cursor(s.bytes, begin, {st.line, st.column}).advance_to(begin + offset);
  return {s.file.string(), at.line, at.column};
}

std::string excerpt(const script &s, const place &where) {
  if (where.line == 0) return {};
  std::string_view rest = s.bytes;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  for (auto line = where.line; line > 1; --line) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return excerpt_of_line(rest, where.column);
}

} // namespace davit::migration
