#include "sql/token_reader.hpp"

#include "sql/characters.hpp"

namespace davit::sql {

token_reader::token_reader(std::string_view statement) : lexer_(statement) { advance(); }

bool token_reader::is(std::string_view keyword) const {
  return now_.kind == token_kind::word && equals_keyword(text(), keyword);
}

void token_reader::advance() {
  do now_ = lexer_.next();
  while (now_.kind == token_kind::white_space || now_.kind == token_kind::line_comment ||
         now_.kind == token_kind::block_comment);
  if (now_.kind == token_kind::semicolon) now_.kind = token_kind::end;
}

bool token_reader::accept(std::string_view keyword) {
  if (!is(keyword)) return false;
  advance();
  return true;
}

bool token_reader::accept(std::initializer_list<std::string_view> keywords) {
  const token_reader before = *this;
  for (const auto keyword : keywords)
    if (!accept(keyword)) {
      *this = before;
      return false;
    }
  return true;
}

bool token_reader::accept_parentheses() {
  if (kind() != token_kind::open_parenthesis) return false;
  std::size_t depth = 0;
  do {
    if (kind() == token_kind::open_parenthesis) ++depth;
    if (kind() == token_kind::close_parenthesis) --depth;
    advance();
  } while (depth > 0 && !at_end());
  return true;
}

bool token_reader::accept_name() {
  if (kind() != token_kind::word && kind() != token_kind::quoted_name) return false;
  advance();
  while (text() == ".") {
    advance();
    if (kind() != token_kind::word && kind() != token_kind::quoted_name) break;
    advance();
  }
  return true;
}

bool option_is_on(token_reader &reader) {
  if (reader.text() == "=") reader.advance();
  const auto value = reader.text();
  for (const std::string_view off : {"off", "false", "0", "'off'", "'false'", "'0'"})
    if (equals_keyword(value, off)) return false;
  return true;
}

} // namespace davit::sql
