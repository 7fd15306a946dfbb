#include "sql/committing_block.hpp"

#include "sql/characters.hpp"
#include "sql/token_reader.hpp"

#include <string>

namespace davit::sql {
namespace {

std::string body_of(std::string_view literal, token_kind kind) {
  if (kind == token_kind::dollar_string) {
    const auto tag = literal.find('$', 1) + 1;
    return literal.size() < 2 * tag ? std::string() : std::string(literal.substr(tag, literal.size() - 2 * tag));
  }
  std::string body;
  for (auto i = literal.find('\'') + 1; i + 1 < literal.size(); ++i) {
    body += literal[i];
    if (literal[i] == '\'') ++i; // a quote inside stands there twice
  }
  return body;
}

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

} // namespace

bool is_committing_block(std::string_view statement) {
  token_reader reader(statement);
  if (!reader.accept("do")) return false;
  if (reader.accept("language")) reader.advance(); // its name, which may be a string as well
  const bool has_body = reader.kind() == token_kind::dollar_string || reader.kind() == token_kind::string;
  return has_body && commits(body_of(reader.text(), reader.kind()));
}

} // namespace davit::sql
