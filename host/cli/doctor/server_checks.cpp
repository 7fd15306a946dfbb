// The server: whether davit can work with it, and what of its settings matters to a migration.
#include "cli/doctor/checks.hpp"

#include <fmt/format.h>

namespace davit::cli::doctor {
namespace {

constexpr int davit_sessions = 3; // lock, run and side session

} // namespace

std::optional<postgres::connection> check_connection(findings &out, workspace &w) {
  constexpr const char *name = "connection";
  std::optional<postgres::connection> c;
  out.attempt(name, [&] {
    w.start_server();
    c.emplace(postgres::connect_options{w.settings.database.url, "davit doctor"});
    const bool read_only = c->exec("SHOW default_transaction_read_only").text(0, 0) == "on";
    // Before search_path is another one.
    const auto place = c->exec("SELECT current_schema(), current_schema() IS NOT NULL AND "
                               "pg_catalog.has_schema_privilege(current_schema(), 'CREATE')");
    c->exec(lifecycle::ledger_session_sql() + "; SET default_transaction_read_only = on");
    const std::string login = c->user(), role = c->role();
    out.ok(name, fmt::format("PostgreSQL {}, database {} as {}{} on {}", c->exec("SHOW server_version").text(0, 0),
                             c->database(), login, role == login ? "" : ", working as role " + role, c->host()));
    if (read_only)
      out.fail(name, "transactions of this role in this database are read-only",
               fmt::format("BEGIN READ WRITE; ALTER ROLE {} IN DATABASE {} SET "
                           "default_transaction_read_only = off; COMMIT;",
                           postgres::quote_identifier(login), postgres::quote_identifier(c->database())),
               exit_code::connect);
    if (place.is_null(0, 0))
      out.warn("rights", "no schema of search_path exists: unqualified names have nowhere to go",
               "create one, or set search_path for the role");
    else if (place.text(0, 1) != "t")
      out.warn("rights", fmt::format("migrations cannot create tables in schema {}", place.text(0, 0)),
               fmt::format("GRANT CREATE ON SCHEMA {} TO {};", postgres::quote_identifier(place.text(0, 0)),
                           postgres::quote_identifier(role)));
    else
      out.ok("rights", fmt::format("migrations can create tables in schema {}", place.text(0, 0)));
  });
  return c;
}

void check_server_settings(findings &out, postgres::connection &c) {
  constexpr const char *name = "server settings";
  const auto before = out.all().size();
  const auto warn_if_off = [&](const char *setting, const char *consequence) {
    if (c.exec("SHOW " + std::string(setting)).text(0, 0) == "off")
      out.warn(name, fmt::format("{} is off: {}", setting, consequence),
               fmt::format("turn {} on, unless this data may be lost", setting));
  };
  warn_if_off("fsync", "a crash of the machine can destroy the database");
  warn_if_off("full_page_writes", "a crash of the machine can destroy the database");
  warn_if_off("synchronous_commit", "a crash can take back what davit has reported as applied");
  if (!c.began_with_standard_strings())
    out.warn(name,
             "standard_conforming_strings is off for this role or database: files with a backslash in '…' are refused "
             "unless they set it themselves, and functions and triggers that migrations call run with it on",
             "ALTER DATABASE … (or ROLE …) RESET standard_conforming_strings, if nothing depends on it");
  if (out.all().size() == before) out.ok(name, "what is committed survives a crash");
}

void check_capacity(findings &out, postgres::connection &c) {
  constexpr const char *name = "server connections";
  const auto r =
      c.exec("SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
             " - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
             " (SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user),"
             " (SELECT datconnlimit FROM pg_database WHERE datname = current_database())");
  const auto number = [&](int column) { return std::stol(std::string(r.text(0, column))); };
  const auto too_few = [](long limit) { return limit >= 0 && limit < davit_sessions; };
  if (number(0) < davit_sessions)
    out.warn(name, fmt::format("{} connections are free, a run may need {}", std::max(number(0), 0L), davit_sessions),
             "raise max_connections, or end sessions that nobody needs");
  else
    out.ok(name, fmt::format("{} are free, a run needs up to {}", number(0), davit_sessions));
  if (too_few(number(1)) || too_few(number(2)))
    out.warn(name, fmt::format("the role's or the database's connection limit is below {}", davit_sessions),
             "raise it with ALTER ROLE or ALTER DATABASE … CONNECTION LIMIT");
}

void check_prepared_transactions(findings &out, postgres::connection &c) {
  constexpr const char *name = "prepared transactions";
  const auto r = c.exec("SELECT gid, owner, to_char(prepared, 'YYYY-MM-DD HH24:MI:SS') FROM pg_prepared_xacts"
                        " WHERE database = current_database() ORDER BY prepared");
  for (int i = 0; i < r.rows(); ++i)
    out.warn(name,
             fmt::format("'{}' of {}, prepared {}, holds its locks until somebody ends it", r.text(i, 0), r.text(i, 1),
                         r.text(i, 2)),
             fmt::format("COMMIT PREPARED{0}; or ROLLBACK PREPARED{0};", postgres::quote_literal(r.text(i, 0))));
  if (r.rows() == 0) out.ok(name, "none is left over");
}

} // namespace davit::cli::doctor
