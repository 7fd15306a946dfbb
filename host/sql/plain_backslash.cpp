#include "sql/plain_backslash.hpp"

#include "sql/do_block.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

constexpr std::string_view name = "standard_conforming_strings";

bool sets(token_reader reader) {
  if (!reader.accept("set") || reader.is("local")) return false;
  reader.accept("session");
  if (!reader.accept(name)) return false;
  if (!reader.accept("to")) reader.advance();
  return !reader.is("default");
}

bool resets(token_reader reader) {
  if (reader.accept("reset")) return reader.is(name) || reader.is("all");
  if (reader.accept({"discard", "all"})) return true;
  reader.accept("set");
  reader.accept("session");
  return reader.is(name); // to its default
}

std::optional<std::size_t> first_in(std::string_view text) {
  lexer tokens(text);
  for (token t = tokens.next(); t.kind != token_kind::end; t = tokens.next()) {
    const auto string = tokens.text_of(t);
    if (t.kind != token_kind::string || string.starts_with('e') || string.starts_with('E')) continue;
    if (string.find('\\') != string.npos) return t.begin;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::size_t> plain_backslashes::look(std::string_view statement) {
  const token_reader reader(statement);
  if (sets(reader))
    set_by_file_ = true;
  else if (resets(reader))
    set_by_file_ = false;
  if (set_by_file_) return std::nullopt;
  if (const auto at = first_in(statement)) return at;
  const auto block = do_block_of(statement); // run at once, where a function's body is only kept
  if (block && first_in(block->body)) return reader.offset();
  return std::nullopt;
}

} // namespace davit::sql
