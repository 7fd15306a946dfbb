#include "sql/outside_transaction.hpp"

#include "sql/committing_block.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

// Whether the option list that begins here, `(a = 1, b …)`, has `name`; leaves the reader behind that name.
bool find_option(token_reader &reader, std::string_view name) {
  if (reader.kind() != token_kind::open_parenthesis) return false;
  while (!reader.at_end() && reader.kind() != token_kind::close_parenthesis) {
    reader.advance(); // past the parenthesis or comma
    if (reader.accept(name)) return true;
    while (!reader.at_end() && reader.kind() != token_kind::close_parenthesis && reader.text() != ",") reader.advance();
  }
  return false;
}

bool has_option_off(token_reader reader, std::string_view name) {
  return find_option(reader, name) && !option_is_on(reader);
}

// Moves to the options of a trailing WITH (…), or to the end.
void find_with(token_reader &reader) {
  while (!reader.at_end() && !reader.accept("with")) reader.advance();
}

std::string_view create(token_reader &reader) {
  if (reader.accept("database")) return "CREATE DATABASE";
  if (reader.accept("tablespace")) return "CREATE TABLESPACE";
  if (reader.accept("subscription")) {
    find_with(reader);
    const bool without_slot = has_option_off(reader, "connect") || has_option_off(reader, "create_slot");
    return without_slot ? "" : "CREATE SUBSCRIPTION with create_slot";
  }
  reader.accept("unique");
  return reader.accept({"index", "concurrently"}) ? "CREATE INDEX CONCURRENTLY" : "";
}

std::string_view drop(token_reader &reader) {
  if (reader.accept("database")) return "DROP DATABASE";
  if (reader.accept("tablespace")) return "DROP TABLESPACE";
  return reader.accept({"index", "concurrently"}) ? "DROP INDEX CONCURRENTLY" : "";
}

std::string_view alter_subscription(token_reader &reader) {
  reader.accept_name();
  if (reader.accept("refresh")) return "ALTER SUBSCRIPTION … REFRESH";
  const bool set = reader.is("set");
  if (!reader.accept("set") && !reader.accept("add") && !reader.accept("drop")) return "";
  if (reader.accept("publication")) {
    find_with(reader);
    return has_option_off(reader, "refresh") ? "" : "ALTER SUBSCRIPTION with refresh";
  }
  for (const std::string_view of_the_slot : {"failover", "two_phase"})
    if (token_reader options = reader; set && find_option(options, of_the_slot))
      return "ALTER SUBSCRIPTION … SET of its slot";
  return "";
}

std::string_view alter_table(token_reader &reader) {
  reader.accept({"if", "exists"});
  reader.accept("only");
  reader.accept_name();
  if (reader.text() == "*") reader.advance();
  if (!reader.accept({"detach", "partition"})) return "";
  reader.accept_name();
  return reader.accept("concurrently") ? "ALTER TABLE … DETACH PARTITION … CONCURRENTLY" : "";
}

std::string_view alter(token_reader &reader) {
  if (reader.accept("system")) return "ALTER SYSTEM";
  if (reader.accept("table")) return alter_table(reader);
  if (reader.accept("subscription")) return alter_subscription(reader);
  if (!reader.accept("database")) return "";
  reader.accept_name();
  return reader.accept({"set", "tablespace"}) ? "ALTER DATABASE … SET TABLESPACE" : "";
}

std::string_view reindex(token_reader &reader) {
  bool concurrently = false;
  if (token_reader options = reader; find_option(options, "concurrently")) concurrently = option_is_on(options);
  reader.accept_parentheses();
  if (reader.accept("database")) return "REINDEX DATABASE";
  if (reader.accept("system")) return "REINDEX SYSTEM";
  if (reader.accept("schema")) return "REINDEX SCHEMA";
  if (reader.accept("index") || reader.accept("table")) concurrently = concurrently || reader.accept("concurrently");
  return concurrently ? "REINDEX CONCURRENTLY" : "";
}

std::string_view cluster(token_reader &reader) {
  reader.accept_parentheses();
  reader.accept("verbose");
  return reader.at_end() ? "CLUSTER of all tables" : "";
}

} // namespace

std::string_view outside_transaction_name(std::string_view statement) {
  token_reader reader(statement);
  if (reader.accept("vacuum")) return "VACUUM";
  if (reader.accept({"discard", "all"})) return "DISCARD ALL";
  if (reader.accept("create")) return create(reader);
  if (reader.accept("drop")) return drop(reader);
  if (reader.accept("alter")) return alter(reader);
  if (reader.accept("reindex")) return reindex(reader);
  if (reader.accept("cluster")) return cluster(reader);
  return is_committing_block(statement) ? "DO with COMMIT or ROLLBACK" : "";
}

} // namespace davit::sql
