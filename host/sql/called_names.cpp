#include "sql/called_names.hpp"

#include "sql/characters.hpp"
#include "sql/do_block.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace davit::sql {
namespace {

// What follows one of these is the name of something that is made or written to, not called.
constexpr std::array before_a_name{"table",      "exists",   "into",      "view",    "on",
                                   "references", "function", "procedure", "routine", "aggregate"};

bool stands_before_a_name(std::string_view word) {
  return std::any_of(before_a_name.begin(), before_a_name.end(),
                     [word](std::string_view one) { return equals_keyword(word, one); });
}

std::string name_of(std::string_view text, token_kind kind) {
  std::string name;
  if (kind == token_kind::word) {
    for (const char c : text) name += lower(c);
    return name;
  }
  for (std::size_t i = text.find('"') + 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == '"') ++i; // a quote inside stands there twice
  }
  return name;
}

void add_called(std::string_view text, std::vector<std::string> &to) {
  lexer tokens(text);
  std::string name; // the token before, if it is one
  bool only_named = false;
  for (token t = tokens.next(); t.kind != token_kind::end; t = tokens.next()) {
    switch (t.kind) {
    case token_kind::white_space:
    case token_kind::line_comment:
    case token_kind::block_comment: continue;
    case token_kind::word:
    case token_kind::quoted_name:
      only_named = stands_before_a_name(name) || (only_named && name.empty()); // the latter behind the dot of a schema
      name = name_of(tokens.text_of(t), t.kind);
      continue;
    case token_kind::open_parenthesis:
      if (!name.empty() && !only_named) to.push_back(name);
      break;
    default: break;
    }
    only_named = only_named && tokens.text_of(t) == ".";
    name.clear();
  }
}

} // namespace

std::vector<std::string> called_names(std::string_view statement) {
  std::vector<std::string> out;
  add_called(statement, out);
  if (const auto block = do_block_of(statement)) add_called(block->body, out);
  return out;
}

} // namespace davit::sql
