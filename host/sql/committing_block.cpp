#include "sql/committing_block.hpp"

#include "sql/characters.hpp"
#include "sql/do_block.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

// PL/pgSQL begins a statement behind each of these.
bool begins_statement(std::string_view token) {
  for (const std::string_view opener : {";", "begin", "then", "else", "loop"})
    if (equals_keyword(token, opener)) return true;
  return false;
}

bool commits(std::string_view body) {
  std::string_view before = ";";
  bool ends_transaction = false; // the token before is a COMMIT or ROLLBACK that begins a statement
  lexer tokens(body);
  for (token t = tokens.next(); t.kind != token_kind::end; t = tokens.next()) {
    if (t.kind == token_kind::white_space || t.kind == token_kind::line_comment || t.kind == token_kind::block_comment)
      continue;
    const auto text = tokens.text_of(t);
    if (ends_transaction && (t.kind == token_kind::semicolon || equals_keyword(text, "and"))) return true;
    ends_transaction = begins_statement(before) && (equals_keyword(text, "commit") || equals_keyword(text, "rollback"));
    before = text;
  }
  return false;
}

// In the code itself, or as the beginning of a text that it may EXECUTE.
bool calls(std::string_view body) {
  lexer tokens(body);
  for (token t = tokens.next(); t.kind != token_kind::end; t = tokens.next()) {
    const auto text = tokens.text_of(t);
    if (t.kind == token_kind::word && equals_keyword(text, "call")) return true;
    if (t.kind != token_kind::string && t.kind != token_kind::dollar_string) continue;
    const auto opening = t.kind == token_kind::string ? text.find('\'') : text.find('$', 1);
    if (opening != text.npos && token_reader(text.substr(opening + 1)).is("call")) return true;
  }
  return false;
}

} // namespace

bool is_committing_block(std::string_view statement) {
  const auto block = do_block_of(statement);
  return block && commits(block->body);
}

bool may_end_transactions(std::string_view statement) {
  const auto block = do_block_of(statement);
  return block && (block->language != "plpgsql" || commits(block->body) || calls(block->body));
}

} // namespace davit::sql
