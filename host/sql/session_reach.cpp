#include "sql/session_reach.hpp"

#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>

namespace davit::sql {
namespace {

constexpr std::array runs_none{"alter",  "analyze", "checkpoint", "cluster", "comment", "create",   "drop", "grant",
                               "import", "lock",    "notify",     "reindex", "revoke",  "security", "set",  "vacuum"};

// CREATE TABLE or MATERIALIZED VIEW … AS.
bool creates_from_query(token_reader reader) {
  for (; !reader.at_end(); reader.advance()) {
    if (reader.is("function") || reader.is("procedure") || reader.is("rule")) return false;
    if (reader.is("view")) return false; // not run before it is read
    if (reader.accept({"materialized", "view"})) return true;
    if (reader.accept("as"))
      return reader.is("select") || reader.is("with") || reader.is("table") || reader.is("values") ||
             reader.is("execute");
  }
  return false;
}

} // namespace

bool may_run_code(std::string_view statement) {
  const token_reader reader(statement);
  const auto begins_with = [&reader](const char *word) { return reader.is(word); };
  if (reader.at_end()) return false;
  if (std::none_of(runs_none.begin(), runs_none.end(), begins_with)) return true;
  return reader.is("create") && creates_from_query(reader);
}

bool changes_new_sessions(std::string_view statement) {
  token_reader reader(statement);
  if (!reader.accept("alter")) return false;
  const bool database = reader.accept("database");
  if (!database && !reader.accept("role") && !reader.accept("user")) return false;
  reader.advance(); // a name
  if (reader.accept({"in", "database"})) reader.advance();
  if (reader.accept("set")) return !database || !reader.is("tablespace");
  return reader.is("reset");
}

} // namespace davit::sql
