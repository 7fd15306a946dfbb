// What the role may do, and the GRANT that each feature lacks.
#include "cli/doctor/checks.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::cli::doctor {
namespace {

constexpr const char *name = "rights";

void check_empty_schema(findings &out, postgres::connection &c, const std::string &schema) {
  const std::string quoted = postgres::quote_identifier(schema);
  if (c.query("SELECT has_schema_privilege($1, 'USAGE') AND has_schema_privilege($1, 'CREATE')",
              std::array{postgres::parameter(schema)})
          .text(0, 0) == "t")
    out.ok(name, "the first run can create the ledger's tables in schema " + schema);
  else
    out.fail(name, "the first run cannot create the ledger's tables in schema " + schema,
             fmt::format("GRANT USAGE, CREATE ON SCHEMA {} TO {};", quoted, postgres::quote_identifier(c.role())),
             exit_code::conflict);
}

void check_new_ledger(findings &out, postgres::connection &c, const std::string &schema) {
  if (c.query("SELECT FROM pg_namespace WHERE nspname = $1", std::array{postgres::parameter(schema)}).rows() > 0)
    return check_empty_schema(out, c, schema);
  const auto r = c.exec("SELECT has_database_privilege(current_database(), 'CREATE')");
  if (r.text(0, 0) == "t")
    out.ok(name, "the first run can create the ledger's schema " + schema);
  else
    out.fail(name, "the first run cannot create the ledger's schema " + schema,
             fmt::format("GRANT CREATE ON DATABASE {} TO {};", postgres::quote_identifier(c.database()),
                         postgres::quote_identifier(c.role())),
             exit_code::conflict);
}

void check_ledger_tables(findings &out, postgres::connection &c, const std::string &schema) {
  const std::string quoted = postgres::quote_identifier(schema);
  const std::string role = postgres::quote_identifier(c.role());
  if (c.query("SELECT has_schema_privilege($1, 'USAGE')", std::array{postgres::parameter(schema)}).text(0, 0) != "t") {
    out.fail(name, "the ledger's schema " + schema + " cannot be used",
             fmt::format("GRANT USAGE ON SCHEMA {} TO {};", quoted, role), exit_code::conflict);
    return;
  }
  const auto r = c.query(
      // An older ledger has no progress yet.
      "SELECT string_agg(t, ', '), bool_or(t = 'progress') FROM"
      " (SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
      "$1::text"
      " AND c.relname IN ('ledger', 'run', 'migration', 'run_migration', 'hook_call', 'progress')) x (t)"
      " WHERE NOT (has_table_privilege(format('%I.%I', $1::text, t), 'SELECT') AND (t = 'ledger' OR"
      " (has_table_privilege(format('%I.%I', $1::text, t), 'INSERT')"
      " AND (t = 'hook_call' OR has_table_privilege(format('%I.%I', $1::text, t), 'UPDATE'))"
      " AND (t <> 'progress' OR has_table_privilege(format('%I.%I', $1::text, t), 'DELETE')))))",
      std::array{postgres::parameter(schema)});
  if (r.is_null(0, 0))
    out.ok(name, "the ledger can be read and written");
  else
    out.fail(name, fmt::format("the ledger's tables cannot be read and written: {}", r.text(0, 0)),
             fmt::format("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {} TO {};", quoted, role) +
                 (r.text(0, 1) == "t" ? fmt::format(" GRANT DELETE ON {}.progress TO {};", quoted, role) : ""),
             exit_code::conflict);
}

bool is_member(postgres::connection &c, std::string_view role) {
  return c.query("SELECT pg_has_role(current_user, $1, 'USAGE')", std::array{postgres::parameter(role)}).text(0, 0) ==
         "t";
}

} // namespace

void check_rights(findings &out, postgres::connection &c, const std::string &schema) {
  // to_regclass would refuse to look into a schema that may not be used.
  const bool there =
      c.query("SELECT EXISTS (SELECT FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE "
              "n.nspname = $1 AND t.relname = 'ledger')",
              std::array{postgres::parameter(schema)})
          .text(0, 0) == "t";
  there ? check_ledger_tables(out, c, schema) : check_new_ledger(out, c, schema);
  const std::string role = postgres::quote_identifier(c.role());
  if (is_member(c, "pg_read_all_stats"))
    out.ok(name, "davit can say what a session that holds a lock is doing");
  else
    out.warn(name, "who holds a lock is shown, but not what a session of another role is doing",
             "GRANT pg_read_all_stats TO " + role + ";");
  if (is_member(c, "pg_signal_backend"))
    out.ok(name, "this role can end sessions that are in the way, superusers' aside");
  else
    out.ok(name, "this role can end only its own sessions where they are in the way",
           "to end others too: GRANT pg_signal_backend TO " + role + ";");
}

} // namespace davit::cli::doctor
