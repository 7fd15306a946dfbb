#include "sql/session_effect.hpp"

#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace davit::sql {
namespace {

constexpr std::array about_the_session{"reset", "discard", "deallocate", "listen", "unlisten", "load"};

bool sets(token_reader reader) {
  if (!reader.accept("set")) return false;
  if (reader.accept({"session", "characteristics"})) return true;
  return !reader.is("local") && !reader.is("transaction") && !reader.is("constraints");
}

bool prepares(token_reader reader) { return reader.accept("prepare") && !reader.is("transaction"); }

bool accept_string(token_reader &reader) {
  if (reader.kind() != token_kind::string) return false;
  reader.advance();
  return true;
}

bool accept_symbol(token_reader &reader, std::string_view symbol) {
  if (reader.text() != symbol) return false;
  reader.advance();
  return true;
}

// As pg_dump writes it: for nothing but its effect.
bool is_set_config(token_reader reader) {
  if (!reader.accept("select")) return false;
  if (reader.accept("pg_catalog") && !accept_symbol(reader, ".")) return false;
  return reader.accept("set_config") && accept_symbol(reader, "(") && accept_string(reader) &&
         accept_symbol(reader, ",") && accept_string(reader) && accept_symbol(reader, ",") && reader.accept("false") &&
         accept_symbol(reader, ")") && reader.at_end();
}

bool creates_temporary(token_reader reader) {
  if (!reader.accept("create")) return false;
  reader.accept({"or", "replace"});
  if (!reader.accept("global")) reader.accept("local");
  return reader.is("temp") || reader.is("temporary");
}

// In the body of a DO, which is a string.
bool body_may_set(std::string_view statement) {
  std::string text(statement);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  for (const auto *words : {"set_config", "set session", "set search_path", "set role", "reset ", "temp"})
    if (text.find(words) != std::string::npos) return true;
  return false;
}

bool may_leave_something(token_reader reader) {
  if (creates_temporary(reader)) return true;
  for (; !reader.at_end(); reader.advance()) {
    if (reader.is("set_config")) return true;
    if (reader.accept({"with", "hold"})) return true;
    if (reader.accept("into") && (reader.is("temp") || reader.is("temporary"))) return true;
  }
  return false;
}

} // namespace

session_effect session_effect_of(std::string_view statement) {
  const token_reader reader(statement);
  const auto begins_with = [&reader](const char *word) { return reader.is(word); };
  if (std::any_of(about_the_session.begin(), about_the_session.end(), begins_with) || sets(reader) ||
      prepares(reader) || is_set_config(reader))
    return session_effect::repeatable;
  if (reader.is("do") && body_may_set(statement)) return session_effect::lost;
  return may_leave_something(reader) ? session_effect::lost : session_effect::none;
}

} // namespace davit::sql
