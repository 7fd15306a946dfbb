#include "sql/index_statement.hpp"

#include "sql/characters.hpp"
#include "sql/outside_transaction.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>

namespace davit::sql {
namespace {

std::string unquoted(std::string_view name) {
  std::string out;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    out += name[i];
    if (name[i] == '"') ++i; // it is doubled
  }
  return out;
}

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) out += lower(c);
  return out;
}

std::vector<std::string> read_name(token_reader &reader) {
  std::vector<std::string> parts;
  while (reader.kind() == token_kind::word || reader.kind() == token_kind::quoted_name) {
    const auto text = reader.text();
    parts.push_back(text.front() == '"' ? unquoted(text) : folded(text));
    reader.advance();
    if (reader.text() != ".") break;
    reader.advance();
  }
  return parts;
}

index_statement created(token_reader &reader) {
  index_statement out;
  reader.accept("create");
  reader.accept("unique");
  reader.accept({"index", "concurrently"});
  reader.accept({"if", "not", "exists"});
  if (!reader.is("on")) out.index = read_name(reader);
  reader.accept("on");
  reader.accept("only");
  out.table = read_name(reader);
  return out;
}

index_statement rebuilt(token_reader &reader) {
  index_statement out;
  out.rebuilds = true;
  reader.accept("reindex");
  reader.accept_parentheses();
  const bool index = reader.is("index");
  reader.advance(); // past INDEX or TABLE
  reader.accept("concurrently");
  (index ? out.index : out.table) = read_name(reader);
  return out;
}

bool is_rebuilt(std::string_view leftover, std::string_view name) {
  if (!leftover.starts_with(name)) return false;
  leftover.remove_prefix(name.size());
  if (!leftover.starts_with("_ccnew") && !leftover.starts_with("_ccold")) return false;
  leftover.remove_prefix(6); // a number follows where the name was taken
  return std::all_of(leftover.begin(), leftover.end(), is_digit);
}

} // namespace

std::optional<index_statement> read_concurrent_index(std::string_view statement) {
  const auto what = outside_transaction_name(statement);
  token_reader reader(statement);
  if (what == "CREATE INDEX CONCURRENTLY") return created(reader);
  if (what == "REINDEX CONCURRENTLY") return rebuilt(reader);
  return std::nullopt;
}

bool may_leave(const index_statement &st, std::string_view table, std::string_view index) {
  if (!st.table.empty() && st.table.back() != table) return false;
  if (st.rebuilds && st.index.empty())
    return index.find("_ccnew") != std::string_view::npos || index.find("_ccold") != std::string_view::npos;
  if (st.index.empty()) return true;
  return st.rebuilds ? is_rebuilt(index, st.index.back()) : index == st.index.back();
}

} // namespace davit::sql
