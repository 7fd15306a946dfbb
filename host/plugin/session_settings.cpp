#include "plugin/session_settings.hpp"

namespace davit::plugin {
namespace {

// Everything is qualified: search_path may be anyone's.
constexpr std::string_view query =
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session'"
    " UNION ALL SELECT 'role', pg_catalog.current_setting('role')"
    " UNION ALL SELECT 'session_authorization', pg_catalog.current_setting('session_authorization')"
    " UNION ALL SELECT ' transaction', pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text";

constexpr std::string_view ends_with_the_savepoint = "transaction_read_only";

class restoring {
public:
  explicit restoring(bool local) : local_(local ? "true" : "false") {}
  void put(const std::string &name, const std::string &value) {
    sql_ += "SELECT pg_catalog.set_config(" + postgres::quote_literal(name) + ", " + value + ", " + local_ + "); ";
  }
  const std::string &sql() const { return sql_; }

private:
  const char *local_;
  std::string sql_;
};

} // namespace

session_settings read_settings(postgres::connection &c) {
  const auto r = c.exec(query);
  session_settings out;
  for (int i = 0; i < r.rows(); ++i) {
    if (r.text(i, 0) == " transaction")
      out.transaction = r.text(i, 1);
    else if (r.text(i, 0) != ends_with_the_savepoint)
      out.values.emplace(r.text(i, 0), r.text(i, 1));
  }
  return out;
}

void restore_settings(postgres::connection &c, const session_settings &before, const session_settings &now,
                      bool local) {
  restoring sql(local);
  const auto differs = [&](const std::string &name) {
    const auto at = now.values.find(name);
    return at == now.values.end() || at->second != before.values.at(name);
  };
  // The session's user first: setting it resets the role, which comes last for the same reason.
  const bool user = differs("session_authorization");
  if (user) sql.put("session_authorization", postgres::quote_literal(before.values.at("session_authorization")));
  for (const auto &[name, value] : before.values)
    if (name != "session_authorization" && name != "role" && differs(name))
      sql.put(name, postgres::quote_literal(value));
  for (const auto &[name, unused] : now.values)
    if (!before.values.contains(name)) sql.put(name, "NULL"); // back to the default
  if (user || differs("role")) sql.put("role", postgres::quote_literal(before.values.at("role")));
  if (!sql.sql().empty()) c.exec(sql.sql());
}

} // namespace davit::plugin
