#include "ledger/upgrade_rights.hpp"

#include "ledger/tables.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

constexpr int without_progress = 2; // a further table comes after this version

constexpr std::string_view query =
    "SELECT o.rolname, o.rolsuper, pg_has_role(o.oid, 'USAGE'), has_table_privilege(l.oid, 'UPDATE'),"
    " has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n JOIN pg_class m ON m.relnamespace = n.oid AND"
    " m.relname = 'migration' JOIN pg_class l ON l.relnamespace = n.oid AND l.relname = 'ledger' JOIN pg_roles o ON"
    " o.oid = m.relowner WHERE n.nspname = $1";

} // namespace

std::optional<upgrade_obstacle> upgrade_obstacle_of(postgres::connection &session, const std::string &schema,
                                                    int version) {
  const auto r = session.query(query, std::array{postgres::parameter(schema)});
  if (r.rows() != 1) return std::nullopt; // what is missing says so itself
  const std::string role = postgres::quote_identifier(session.user());
  const std::string place = postgres::quote_identifier(schema);
  const std::string owner(r.text(0, 0));
  upgrade_obstacle found;
  const auto add = [&found](const std::string &what, const std::string &sql) {
    found.what += (found.what.empty() ? "" : ", ") + what;
    found.sql += (found.sql.empty() ? "" : " ") + sql;
  };
  if (r.text(0, 2) != "t")
    add(fmt::format("table {}.migration belongs to {}", schema, owner),
        r.text(0, 1) == "t" ? fmt::format("ALTER TABLE {}.migration OWNER TO {};", place, role)
                            : fmt::format("GRANT {} TO {};", postgres::quote_identifier(owner), role));
  if (r.text(0, 3) != "t")
    add(fmt::format("it may not update table {}.ledger", schema),
        fmt::format("GRANT UPDATE ON {}.ledger TO {};", place, role));
  if (version <= without_progress && r.text(0, 4) != "t")
    add(fmt::format("it may not create tables in schema {}", schema),
        fmt::format("GRANT CREATE ON SCHEMA {} TO {};", place, role));
  if (found.what.empty()) return std::nullopt;
  found.what = fmt::format("the ledger has version {}, this davit needs {}, and role {} cannot upgrade it: {}", version,
                           newest_version, session.user(), found.what);
  return found;
}

} // namespace davit::ledger
