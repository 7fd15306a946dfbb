#include "lifecycle/sessions/lock_owners.hpp"

#include "lifecycle/sessions/lock_key.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::lifecycle {
namespace {

// {} tells what a row is for, and where the rows come from.
constexpr std::string_view owner_sql =
    "SELECT {}, a.pid, COALESCE(a.usename, '?'), COALESCE(a.application_name, ''),"
    " COALESCE(host(a.client_addr), 'local'),"
    " COALESCE(to_char(COALESCE(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), '?'),"
    " COALESCE(regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{{80}}).+$', '\\1...'), ''),"
    " COALESCE(to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
    " FROM {}";

constexpr std::string_view holders =
    "(SELECT pid, classid::bigint << 32 | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory'"
    " AND granted AND objsubid = 1 AND mode = 'ExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) l"
    " JOIN pg_stat_activity a USING (pid) WHERE l.key IN ($1::bigint, $2::bigint)";

// Looked at as the role that has logged in, which sees its own whatever role they began as. Of other roles' sessions
// not everybody may see when they began, and older davits did not always know it: then one that has the pid and the
// role, and is not younger as far as that shows, is taken for it.
constexpr std::string_view sessions_in_progress =
    "(SELECT s.*, u.rolname AS usename, p.session_begun, p.applied_by, p.began FROM {}.progress p CROSS JOIN LATERAL"
    " pg_stat_get_activity(CASE WHEN set_config('role', 'none', true) = 'none' THEN COALESCE(p.session_pid, 0) ELSE 0"
    " END) s LEFT JOIN pg_roles u ON u.oid = s.usesysid WHERE s.datid = (SELECT oid FROM pg_database WHERE datname ="
    " current_database())) a WHERE {} AND CASE WHEN a.backend_start IS NULL OR"
    " a.session_begun IS NULL THEN a.usename = a.applied_by AND COALESCE(a.backend_start <= a.began, true)"
    " ELSE a.backend_start = a.session_begun END LIMIT 1";

// Who is idle has no work left: its davit is not there to send more.
constexpr const char *at_work = "COALESCE(a.state, '') <> 'idle'";

lock_owner read_owner(const postgres::result &r, int row) {
  const auto text = [&](int column) { return std::string(r.text(row, column)); };
  return {text(1),
          fmt::format("pid {} (user {}, '{}', from {}, since {}: {})", text(1), text(2), text(3), text(4), text(5),
                      text(6)),
          text(7)};
}

// As far as this role may look into it; older ledgers, and what is not davit's, have no such column.
bool names_sessions(postgres::connection &c, const std::string &schema) {
  return c.query("SELECT FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON"
                 " a.attrelid = t.oid WHERE n.nspname = $1 AND t.relname = 'progress' AND a.attname = 'session_pid'"
                 " AND NOT a.attisdropped AND has_schema_privilege(n.oid, 'USAGE')"
                 " AND has_table_privilege(t.oid, 'SELECT')",
                 std::array{postgres::parameter(schema)})
             .rows() == 1;
}

std::string in_progress_sql(const std::string &schema, const char *which) {
  const auto from = fmt::format(fmt::runtime(sessions_in_progress), postgres::quote_identifier(schema), which);
  return fmt::format(fmt::runtime(owner_sql), "a.backend_start IS NULL", from);
}

} // namespace

std::string lock_owner::end_sql() const { return fmt::format("SELECT pg_terminate_backend({});", pid); }

lock_owners owners_of_locks(postgres::connection &c, const std::string &schema) {
  const std::string run = std::to_string(lock_key(run_lock, schema));
  const std::string work = std::to_string(lock_key(work_lock, schema));
  const auto r = c.query(fmt::format(fmt::runtime(owner_sql), "l.key = $1::bigint", holders),
                         std::array{postgres::parameter(run), postgres::parameter(work)});
  lock_owners out;
  for (int i = 0; i < r.rows(); ++i) (r.text(i, 0) == "t" ? out.run : out.work) = read_owner(r, i);
  if (!out.run && !out.work && names_sessions(c, schema)) out.work = session_in_progress(c, schema);
  return out;
}

std::optional<lock_owner> session_in_progress(postgres::connection &c, const std::string &schema) {
  const auto r = c.exec(in_progress_sql(schema, at_work));
  if (r.rows() == 0) return std::nullopt;
  auto out = read_owner(r, 0);
  if (r.text(0, 0) == "t")
    out.text +=
        "; or it is another session that has got its pid: when it began, and what it is at, is shown after GRANT "
        "pg_read_all_stats TO " +
        postgres::quote_identifier(c.user());
  return out;
}

bool idle_session_in_progress(postgres::connection &c, const std::string &schema) {
  return c.exec(in_progress_sql(schema, "a.state = 'idle'")).rows() > 0;
}

} // namespace davit::lifecycle
