#include "lifecycle/sessions/lock_owners.hpp"

#include "ledger/life_sign.hpp"
#include "lifecycle/sessions/brief_look.hpp"
#include "lifecycle/sessions/lock_key.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::lifecycle {
namespace {

// {} tells what a row is for, and where the rows come from. Of other roles' sessions the server shows to few when they
// began: where that is not to be seen, neither is where they come from.
constexpr std::string_view owner_sql =
    "SELECT {}, a.pid, concat('pid ', a.pid, ' (user ', COALESCE(a.usename, '?'), ', ''', a.application_name, '''',"
    " CASE WHEN a.backend_start IS NULL THEN '; where from, since when and at what is shown after GRANT"
    " pg_read_all_stats TO ' || me.quoted ELSE concat(', from ', COALESCE(host(a.client_addr), 'local'), ', since ',"
    " to_char(COALESCE(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), ': ',"
    " regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{{80}}).+$', '\\1...')) END, ')'),"
    " COALESCE(to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ''),"
    " CASE WHEN me.rolsuper THEN '' WHEN (SELECT o.rolsuper FROM pg_roles o WHERE o.oid = a.usesysid)"
    " THEN 'which only a superuser may do' WHEN pg_has_role('pg_signal_backend', 'USAGE') OR pg_has_role(a.usesysid,"
    " 'USAGE') THEN '' ELSE 'which this role may do after GRANT pg_signal_backend TO ' || me.quoted END FROM"
    " (SELECT rolsuper, '\"' || replace(rolname::text, '\"', '\"\"') || '\"' AS quoted FROM pg_roles WHERE rolname ="
    " current_user) me, {}";

// {} is which keys.
constexpr std::string_view holders =
    "(SELECT pid, classid::bigint << 32 | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory'"
    " AND granted AND objsubid = 1 AND mode = 'ExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) l"
    " JOIN pg_stat_activity a USING (pid) WHERE l.key IN ({})";

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

std::string owner_columns(std::string_view which, std::string_view from) {
  return fmt::format(fmt::runtime(owner_sql), which, from);
}

lock_owner read_owner(const postgres::result &r, int row) {
  const auto text = [&](int column) { return std::string(r.text(row, column)); };
  return {text(1), text(2), text(3), text(4)};
}

// One row, where this role may read that table.
std::string readable_sql(const std::string &schema, std::string_view table) {
  return fmt::format("SELECT FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = {} AND "
                     "t.relname = '{}' AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(t.oid, "
                     "'SELECT')",
                     postgres::quote_literal(schema), table);
}

// What the ledger knows of the run whose session that is: nothing of a dry run, for one.
std::string told_by_ledger(postgres::connection &c, const std::string &schema, const std::string &pid) {
  const auto readable = ask_briefly(c, readable_sql(schema, "run"));
  if (!readable || readable->rows() == 0) return {};
  const auto r =
      ask_briefly(c, fmt::format("SELECT format(', of davit %s, run by %s on %s, begun %s', r.command, r.os_user, "
                                 "r.host, to_char(r.started AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) "
                                 "FROM {}.run r WHERE r.finished IS NULL AND {} = {}",
                                 postgres::quote_identifier(schema), ledger::pid_by_life_sign_sql("r.id"), pid));
  return r && r->rows() > 0 ? std::string(r->text(0, 0)) : std::string();
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
  return owner_columns("a.backend_start IS NULL",
                       fmt::format(fmt::runtime(sessions_in_progress), postgres::quote_identifier(schema), which));
}

} // namespace

std::string lock_owner::how_to_end() const {
  const auto sql = fmt::format("SELECT pg_terminate_backend({});", pid.empty() ? "…" : pid);
  return who_may_end.empty() ? sql : sql + " (" + who_may_end + ")";
}

lock_owner holder_of(postgres::connection &c, std::int64_t key, const std::string &schema) {
  const auto from = fmt::format(fmt::runtime(holders), key);
  const auto r = ask_briefly(c, owner_columns("true", from));
  if (!r) return {{}, "a session that cannot be named now", {}, {}};
  if (r->rows() == 0) return {{}, "a session that has just ended", {}, {}};
  auto out = read_owner(*r, 0);
  out.text += told_by_ledger(c, schema, out.pid);
  return out;
}

lock_owners owners_of_locks(postgres::connection &c, const std::string &schema) {
  const auto run = lock_key(run_lock, schema);
  const auto from = fmt::format(fmt::runtime(holders), fmt::format("{}, {}", run, lock_key(work_lock, schema)));
  const auto r = c.exec(owner_columns(fmt::format("l.key = {}", run), from));
  lock_owners out;
  for (int i = 0; i < r.rows(); ++i) (r.text(i, 0) == "t" ? out.run : out.work) = read_owner(r, i);
  if (out.run) out.run->text += told_by_ledger(c, schema, out.run->pid);
  if (!out.run && !out.work && names_sessions(c, schema)) out.work = session_in_progress(c, schema);
  return out;
}

std::optional<lock_owner> session_in_progress(postgres::connection &c, const std::string &schema) {
  const auto r = c.exec(in_progress_sql(schema, at_work));
  if (r.rows() == 0) return std::nullopt;
  auto out = read_owner(r, 0);
  if (r.text(0, 0) == "t") out.text += "; or it is another session that has got its pid";
  return out;
}

bool idle_session_in_progress(postgres::connection &c, const std::string &schema) {
  return c.exec(in_progress_sql(schema, "a.state = 'idle'")).rows() > 0;
}

} // namespace davit::lifecycle
