#include "postgres/server_error.hpp"

#include "base/utf8.hpp"

#include <charconv>

#include <libpq-fe.h>

namespace davit::postgres {
namespace {

std::string field(const pg_result *r, int code) {
  const char *text = PQresultErrorField(r, code);
  return text ? to_utf8_text(text) : std::string(); // its encoding is the session's, which a migration may have changed
}

std::string without_newline(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// With row_security off. Its message is in the server's language.
constexpr const char *rows_hidden =
    "row security keeps rows of this table from the role: ALTER TABLE … DISABLE ROW LEVEL SECURITY (NO FORCE ROW LEVEL "
    "SECURITY for its owner), or ALTER ROLE … BYPASSRLS";

constexpr const char *lost_hint =
    "the server has rolled back what was not committed; check that it runs, then run davit again";

// What makes the session's transactions read-only, as far as the server tells without being asked (from 14 on).
std::string why_read_only(const pg_conn *connection) {
  const auto on = [connection](const char *setting) {
    const char *value = PQparameterStatus(connection, setting);
    return value && std::string_view(value) == "on";
  };
  if (on("in_hot_standby")) return "the server is a hot standby: connect to the primary";
  if (on("default_transaction_read_only"))
    return "default_transaction_read_only is on, for the server, the database or the role: SELECT * FROM "
           "pg_db_role_setting, and SHOW config_file, lead to where; some services set it when the disk is full";
  return {};
}

} // namespace

server_error make_error(const pg_conn *connection, const pg_result *failed) {
  const bool lost = PQstatus(connection) == CONNECTION_BAD;
  std::string message = field(failed, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = without_newline(failed ? PQresultErrorMessage(failed) : PQerrorMessage(connection));
  server_error e(lost ? error_code::connection_lost : error_code::sql, std::move(message), lost ? lost_hint : "");
  e.sqlstate = field(failed, PG_DIAG_SQLSTATE);
  e.detail = field(failed, PG_DIAG_MESSAGE_DETAIL);
  e.server_hint = field(failed, PG_DIAG_MESSAGE_HINT);
  e.message = to_utf8_text(e.message);
  e.context = field(failed, PG_DIAG_CONTEXT);
  if (e.sqlstate == sqlstate::read_only_transaction) e.hint = why_read_only(connection);
  if (e.sqlstate == sqlstate::insufficient_privilege && field(failed, PG_DIAG_SOURCE_FUNCTION) == "check_enable_rls")
    e.hint = rows_hidden;
  e.table = field(failed, PG_DIAG_TABLE_NAME);
  e.column = field(failed, PG_DIAG_COLUMN_NAME);
  const std::string position = field(failed, PG_DIAG_STATEMENT_POSITION);
  std::from_chars(position.data(), position.data() + position.size(), e.position); // absent: stays 0
  return e;
}

server_error make_connection_error(const pg_conn *connection, std::string_view what) {
  const bool lost = PQstatus(connection) == CONNECTION_BAD;
  return {lost ? error_code::connection_lost : error_code::sql,
          std::string(what) + ": " + without_newline(PQerrorMessage(connection)), lost ? lost_hint : ""};
}

} // namespace davit::postgres
