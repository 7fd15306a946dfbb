#include "sql/index_statement.hpp"

#include "sql/characters.hpp"
#include "sql/outside_transaction.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

using verb = index_statement::verb;

constexpr std::size_t longest_name = 63;     // bytes that the server keeps
constexpr std::size_t longest_character = 4; // it cuts between characters

std::vector<std::string> read_name(token_reader &reader) {
  std::vector<std::string> parts;
  while (reader.kind() == token_kind::word || reader.kind() == token_kind::quoted_name) {
    auto &part = parts.emplace_back(reader.text());
    reader.advance();
    if (part.back() == '"' && reader.accept("uescape")) {
      part += " UESCAPE " + std::string(reader.text());
      reader.advance();
    }
    if (reader.text() != ".") break;
    reader.advance();
  }
  return parts;
}

index_statement created(token_reader &reader, std::string_view statement) {
  index_statement out;
  reader.accept("create");
  out.unique = reader.accept("unique");
  reader.accept({"index", "concurrently"});
  out.if_not_exists = reader.accept({"if", "not", "exists"});
  if (!reader.is("on")) out.index = read_name(reader);
  reader.accept("on");
  reader.accept("only");
  out.subject = read_name(reader);
  const auto begin = reader.offset();
  while (!reader.at_end()) reader.advance();
  out.definition = statement.substr(begin, reader.offset() - begin);
  return out;
}

// Among the options of REINDEX (…).
bool says_concurrently(token_reader reader) {
  if (reader.kind() != token_kind::open_parenthesis) return false;
  for (; !reader.at_end() && reader.kind() != token_kind::close_parenthesis; reader.advance())
    if (reader.accept("concurrently")) return option_is_on(reader);
  return false;
}

std::optional<index_statement> rebuilt(token_reader &reader) {
  index_statement out;
  reader.accept("reindex");
  bool concurrently = says_concurrently(reader);
  reader.accept_parentheses();
  if (reader.accept("index"))
    out.what = verb::reindex_index;
  else if (reader.accept("table"))
    out.what = verb::reindex_table;
  else if (reader.accept("schema"))
    out.what = verb::reindex_schema;
  else if (reader.accept("database"))
    out.what = verb::reindex_database;
  else
    return std::nullopt;
  if (reader.accept("concurrently")) concurrently = true;
  if (!concurrently) return std::nullopt;
  out.subject = read_name(reader);
  return out;
}

// What comes before the suffix of an index that REINDEX CONCURRENTLY has made; it may be cut.
std::optional<std::string_view> rebuilt_name(std::string_view name) {
  while (!name.empty() && is_digit(name.back())) name.remove_suffix(1); // where the name was taken
  if (!name.ends_with("_ccnew") && !name.ends_with("_ccold")) return std::nullopt;
  name.remove_suffix(6);
  return name;
}

} // namespace

std::optional<index_statement> read_concurrent_index(std::string_view statement) {
  const auto what = outside_transaction_name(statement);
  token_reader reader(statement);
  if (what == "CREATE INDEX CONCURRENTLY") return created(reader, statement);
  if (what.starts_with("REINDEX ")) return rebuilt(reader);
  return std::nullopt;
}

bool is_left_of_rebuilding(std::string_view leftover, std::string_view index) {
  const auto name = rebuilt_name(leftover);
  return name && (*name == index || (index.starts_with(*name) && leftover.size() + longest_character > longest_name));
}

bool is_left_of_rebuilding(std::string_view leftover) { return rebuilt_name(leftover).has_value(); }

} // namespace davit::sql
