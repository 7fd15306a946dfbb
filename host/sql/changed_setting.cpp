#include "sql/changed_setting.hpp"

#include "sql/characters.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>

namespace davit::sql {
namespace {

// What stands where a setting's name would, for those that have a grammar of their own.
constexpr struct {
  std::string_view first, second, name;
} spelled_out[] = {{"time", "zone", "timezone"},
                   {"session", "authorization", "session_authorization"},
                   {"xml", "option", "xmloption"},
                   {"names", "", "client_encoding"},
                   {"schema", "", "search_path"}};

std::string lower_case(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '"' && c != '\'') out += lower(c);
  return out;
}

std::string name_at(token_reader reader, std::string_view statement) {
  for (const auto &one : spelled_out) {
    token_reader behind = reader;
    if (behind.accept(one.first) && (one.second.empty() || behind.is(one.second))) return std::string(one.name);
  }
  const auto begin = reader.offset();
  std::size_t end = begin;
  if (reader.is("session")) return {}; // CHARACTERISTICS
  while (reader.kind() == token_kind::word || reader.kind() == token_kind::quoted_name || reader.text() == ".") {
    end = reader.offset() + reader.text().size();
    const bool name = reader.text() != ".";
    reader.advance();
    if (name && reader.text() != ".") break;
  }
  return lower_case(statement.substr(begin, end - begin));
}

std::string configured(token_reader reader) {
  if (reader.accept("pg_catalog")) reader.advance();
  if (!reader.accept("set_config")) return {};
  reader.advance();
  return reader.kind() == token_kind::string ? lower_case(reader.text()) : std::string();
}

} // namespace

std::string changed_setting(std::string_view statement) {
  token_reader reader(statement);
  if (reader.accept("select")) return configured(reader);
  if (reader.accept("reset")) return reader.is("all") ? std::string(all_settings) : name_at(reader, statement);
  if (!reader.accept("set") || reader.is("local") || reader.is("transaction") || reader.is("constraints")) return {};
  token_reader behind = reader;
  if (behind.accept("session") && !behind.is("authorization")) reader = behind;
  if (reader.is("characteristics")) return {};
  return name_at(reader, statement);
}

} // namespace davit::sql
