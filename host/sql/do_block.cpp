#include "sql/do_block.hpp"

#include "sql/characters.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>

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

bool is_text(const token_reader &reader) {
  return reader.kind() == token_kind::dollar_string || reader.kind() == token_kind::string;
}

// A word, or the same quoted.
std::string name_of(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')) text = text.substr(1, text.size() - 2);
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return name;
}

bool accept_language(token_reader &reader, std::string &language) {
  if (!reader.accept("language")) return false;
  language = name_of(reader.text());
  reader.advance();
  return true;
}

} // namespace

std::optional<do_block> do_block_of(std::string_view statement) {
  token_reader reader(statement);
  if (!reader.accept("do")) return std::nullopt;
  do_block block{{}, "plpgsql"};
  accept_language(reader, block.language);
  if (!is_text(reader)) return std::nullopt;
  block.body = body_of(reader.text(), reader.kind());
  reader.advance();
  accept_language(reader, block.language);
  return block;
}

} // namespace davit::sql
