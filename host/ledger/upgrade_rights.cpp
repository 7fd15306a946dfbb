#include "ledger/upgrade_rights.hpp"

#include "ledger/tables.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

constexpr int without_progress = 2;      // a further table comes after this version
constexpr int runs_without_handlers = 9; // run_migration is altered after this one

// From PostgreSQL 16 on each grant says for itself whether it is inherited.
constexpr std::string_view query =
    "SELECT o.rolname, o.rolsuper, pg_has_role(o.oid, 'USAGE'), has_table_privilege(l.oid, 'UPDATE'),"
    " has_schema_privilege(n.oid, 'CREATE'), m.relname, pg_has_role(o.oid, 'MEMBER'),"
    " (SELECT rolinherit FROM pg_roles WHERE rolname = current_user),"
    " current_setting('server_version_num')::integer >= 160000"
    " FROM pg_namespace n JOIN pg_class m ON m.relnamespace = n.oid AND"
    " m.relname = ANY ($2::text[]) JOIN pg_class l ON l.relnamespace = n.oid AND l.relname = 'ledger' JOIN pg_roles o "
    "ON"
    " o.oid = m.relowner WHERE n.nspname = $1 ORDER BY m.relname";

std::string altered_tables(int version, bool ledger_too) {
  std::string out = "migration";
  if (version > without_progress) out += ",progress";
  if (version <= runs_without_handlers) out += ",run_migration";
  return "{" + out + (ledger_too ? ",ledger}" : "}");
}

// A member of the owner's by way of others may need it, too.
std::string grant_of(const std::string &owner, const std::string &role, const postgres::result &r, int i) {
  const bool inherits = r.text(i, 7) == "t", each_for_itself = r.text(i, 8) == "t";
  const std::string grant = fmt::format("GRANT {} TO {}", postgres::quote_identifier(owner), role);
  if (each_for_itself) return grant + " WITH INHERIT TRUE;";
  return grant + ";" + (inherits ? std::string() : fmt::format(" ALTER ROLE {} INHERIT;", role));
}

} // namespace

bool ledger_lacks_identity(postgres::connection &session, const std::string &schema) {
  return session
             .query("SELECT FROM pg_class l JOIN pg_namespace n ON n.oid = l.relnamespace WHERE n.nspname = $1 AND "
                    "l.relname = 'ledger' AND (l.relreplident = 'n' OR (l.relreplident = 'd' AND NOT EXISTS (SELECT "
                    "FROM pg_index i WHERE i.indrelid = l.oid AND i.indisprimary))) AND EXISTS (SELECT FROM "
                    "pg_publication_tables t JOIN pg_publication p USING (pubname) WHERE p.pubupdate AND t.schemaname "
                    "= $1 AND t.tablename = 'ledger')",
                    std::array{postgres::parameter(schema)})
             .rows() > 0;
}

std::optional<upgrade_obstacle> upgrade_obstacle_of(postgres::connection &session, const std::string &schema,
                                                    int version) {
  const std::string altered = altered_tables(version, ledger_lacks_identity(session, schema));
  const auto r = session.query(query, std::array{postgres::parameter(schema), postgres::parameter(altered)});
  if (r.rows() == 0) return std::nullopt; // what is missing says so itself
  const std::string name = session.role(), role = postgres::quote_identifier(name);
  const std::string place = postgres::quote_identifier(schema);
  upgrade_obstacle found;
  const auto add = [&found](const std::string &what, const std::string &sql) {
    found.what += (found.what.empty() ? "" : ", ") + what;
    found.sql += (found.sql.empty() || sql.empty() ? "" : " ") + sql;
  };
  std::string granted; // owners that the role is a member of by then
  for (int i = 0; i < r.rows(); ++i) {
    if (r.text(i, 2) == "t") continue;
    const std::string owner(r.text(i, 0));
    const std::string grant = grant_of(owner, role, r, i);
    const bool again = granted.find(grant) != std::string::npos;
    add(fmt::format("table {}.{} belongs to {}{}", schema, r.text(i, 5), owner,
                    r.text(i, 6) == "t" ? ", whose rights it does not inherit" : ""),
        r.text(i, 1) == "t" ? fmt::format("ALTER TABLE {}.{} OWNER TO {};", place, r.text(i, 5), role)
        : again             ? std::string()
                            : grant);
    granted += grant;
  }
  if (r.text(0, 3) != "t")
    add(fmt::format("it may not update table {}.ledger", schema),
        fmt::format("GRANT UPDATE ON {}.ledger TO {};", place, role));
  if (version <= without_progress && r.text(0, 4) != "t")
    add(fmt::format("it may not create tables in schema {}", schema),
        fmt::format("GRANT CREATE ON SCHEMA {} TO {};", place, role));
  if (found.what.empty()) return std::nullopt;
  found.what = fmt::format("the ledger has version {}, this davit needs {}, and role {} cannot upgrade it: {}", version,
                           newest_version, name, found.what);
  return found;
}

} // namespace davit::ledger
