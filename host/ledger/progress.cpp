#include "ledger/progress.hpp"

#include "ledger/edited.hpp"
#include "ledger/life_sign.hpp"
#include "ledger/or_null.hpp"
#include "ledger/storable.hpp"
#include "postgres/place.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

using postgres::parameter;

// {0} is the schema, {1} where the rows come from, {2} the pid of their run's session while it lives, {3} whether the
// row was written here. What became of an id is not known where the server has forgotten it, which it does with what is
// old and frozen, where it is of another server, on which this one's of that number is any, or where the row comes from
// a dump, which may lack what was committed since. One that is in progress, although its session is gone, is prepared.
constexpr const char *ended_sql = R"sql(
SELECT e.version, e.name, e.direction, e.up_checksum, e.down_checksum, e.verify_checksum, e.began, e.applied_by, e.run,
  CASE WHEN e.committed THEN e.statements_begun ELSE e.statements_done END AS done,
  CASE WHEN e.undecided OR e.committed THEN e.statements_begun ELSE e.statements_done END AS begun,
  CASE WHEN e.committed THEN e.begun_checksum ELSE e.done_checksum END AS done_checksum,
  CASE WHEN e.undecided OR e.committed THEN e.begun_checksum END AS begun_checksum,
  COALESCE(e.undecided AND e.failed, false) AS begun_failed, e.pid, e.kept, e.kept_after, e.called,
  e.begun_by_role
FROM (SELECT p.*, {2} AS pid, s.status IS NOT DISTINCT FROM 'committed' AS committed,
             COALESCE(s.status, 'in progress') = 'in progress' AS undecided,
             (to_jsonb(p) ->> 'begun_failed')::boolean AS failed,
             to_jsonb(p) ->> 'session_settings' AS kept, (to_jsonb(p) ->> 'session_after')::integer AS kept_after,
             to_jsonb(p) ->> 'handlers' AS called, to_jsonb(p) ->> 'begun_as' AS begun_by_role
      FROM {1} p
      CROSS JOIN LATERAL (SELECT CASE WHEN {3} AND p.xid < pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
                                      THEN pg_catalog.pg_xact_status(p.xid) END AS status) s) e
WHERE (e.statements_done > 0 OR e.committed OR (e.undecided AND e.statements_begun > 0) OR e.pid IS NOT NULL)
  AND NOT EXISTS (SELECT FROM {0}.migration o WHERE o.run = e.run AND o.version = e.version AND o.state <> 'partial')
)sql";

// What a session was set to behind an earlier stop of the same file is good for those statements still. A run that
// could not tell of it has its event from here.
constexpr const char *settle_sql = R"sql(
WITH left_over AS (DELETE FROM {0}.progress RETURNING *, xmin AS written_by), ended AS ({1}),
told AS (UPDATE {0}.run_migration m SET handlers = l.handlers FROM left_over l
  WHERE m.run = l.run AND m.version = l.version AND m.outcome <> CASE m.direction WHEN 'up' THEN 'applied' ELSE 'reverted' END),
event AS (INSERT INTO {0}.run_migration (run, version, name, direction, outcome, duration_us, message, handlers)
  SELECT n.* FROM (SELECT e.run, e.version, e.name, e.direction, 'partial', 0, 'it ended without a word', e.called
      FROM ended e
    UNION ALL SELECT l.run, l.version, l.name, l.direction, 'failed', 0,
      'it ended without a word, and none of its statements was done', l.handlers
      FROM left_over l WHERE l.handlers <> '' AND NOT EXISTS (SELECT FROM ended e WHERE e.version = l.version)) n
  WHERE NOT EXISTS (SELECT FROM {0}.run_migration m WHERE m.run = n.run AND m.version = n.version))
INSERT INTO {0}.migration AS m (version, name, state, direction, up_checksum, down_checksum, verify_checksum, applied_at,
  applied_by, duration_us, run, statements_done, statements_begun, done_checksum, begun_checksum,
  begun_failed, begun_as, session_settings, session_after)
SELECT version, name, 'partial', direction, up_checksum, down_checksum, verify_checksum, began, applied_by, 0, run, done,
  begun, done_checksum, begun_checksum, begun_failed, begun_by_role, kept, kept_after FROM ended
ON CONFLICT ((ltrim(version, '0'))) DO UPDATE SET version = excluded.version, name = excluded.name,
  state = excluded.state, direction = excluded.direction, up_checksum = excluded.up_checksum,
  down_checksum = excluded.down_checksum, verify_checksum = excluded.verify_checksum,
  applied_at = excluded.applied_at, applied_by = excluded.applied_by, duration_us = 0, run = excluded.run,
  statements_done = excluded.statements_done, statements_begun = excluded.statements_begun,
  done_checksum = excluded.done_checksum, begun_checksum = excluded.begun_checksum,
  begun_failed = excluded.begun_failed, begun_as = excluded.begun_as, kind = 'sql',
  (session_settings, session_after) = (SELECT excluded.session_settings, excluded.session_after
    WHERE excluded.session_settings IS NOT NULL UNION ALL SELECT m.session_settings, m.session_after
    WHERE excluded.session_settings IS NULL AND m.state IN ('partial', 'resumable')
      AND m.direction = excluded.direction AND m.session_after <= excluded.statements_done)
)sql";

// A trigger, rule or policy may keep rows out without an error.
void require_taken(const postgres::result &r, const migration::version &id) {
  if (r.rows_affected() == 1) return;
  throw error(error_code::ledger_conflict,
              "the ledger's table progress did not take how far migration " + id.text() + " has got",
              "without that a run that is killed cannot be gone on with: take away the trigger, rule or policy on "
              "davit's tables that keeps the row out");
}

// Older ledgers do not have the columns. The transaction that a row was written by is without its epoch.
constexpr std::string_view is_original_sql =
    "COALESCE((to_jsonb(p) ->> 'written_in')::xid8::xid = (to_jsonb(p) ->> 'written_by')::xid, true)";

std::string ended(postgres::connection &c, const std::string &schema, const std::string &rows, const std::string &pid) {
  const std::string here = postgres::place_of(c);
  std::string is_here(is_original_sql);
  if (postgres::is_identifier(here))
    is_here +=
        " AND (COALESCE(to_jsonb(p) ->> 'place', '') !~ '^[0-9]+/[0-9]+$' OR to_jsonb(p) ->> 'place' = '" + here + "')";
  return fmt::format(fmt::runtime(ended_sql), schema, rows, pid, is_here);
}

// As the role that has logged in, which may see its own sessions whatever role they began as.
std::string begun_of(postgres::connection &c, const std::string &pid) {
  const auto r = c.query("SELECT to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' FROM"
                         " pg_stat_get_activity(CASE WHEN set_config('role', 'none', true) = 'none' THEN $1::integer"
                         " ELSE 0 END)",
                         std::array{parameter(pid)});
  return r.rows() == 1 ? std::string(r.text(0, 0)) : std::string();
}

} // namespace

progress::progress(postgres::connection &session, const std::string &schema)
    : c_(session), schema_(postgres::quote_identifier(schema)) {}

void progress::begin(const std::string &run, const migration_event &e, const migration::step &earlier,
                     std::int32_t pid) {
  const std::string sent = std::to_string(std::max(earlier.begun_statements, earlier.skip_statements));
  const std::string done = std::to_string(e.statements_done);
  const std::string name = storable(c_, e.name);
  const std::string place = storable(c_, postgres::place_of(c_));
  const std::string session = std::to_string(pid);
  const std::string begun = begun_of(c_, session);
  const auto r = c_.query(
      "INSERT INTO " + schema_ +
          ".progress (version, name, direction, run, up_checksum, down_checksum, verify_checksum, statements_done,"
          " statements_begun, done_checksum, begun_checksum, begun_failed, place, written_in, session_pid,"
          " session_begun, handlers, begun_as) VALUES ($1, $2, $3, $4::uuid, $5, $6, $7, $8::integer, $10::integer, "
          "$9, $11,"
          " $13::boolean, $12, pg_catalog.pg_current_xact_id(), $14::integer,"
          " $15::timestamptz, '', current_user)"
          " ON CONFLICT (version) DO UPDATE SET direction = excluded.direction, run = excluded.run,"
          " up_checksum = excluded.up_checksum, down_checksum = excluded.down_checksum,"
          " verify_checksum = excluded.verify_checksum, statements_done = excluded.statements_done,"
          " statements_begun = excluded.statements_begun, done_checksum = excluded.done_checksum,"
          " begun_checksum = excluded.begun_checksum, begun_failed = excluded.begun_failed, xid = NULL,"
          " place = excluded.place, written_in = excluded.written_in, session_pid = excluded.session_pid,"
          " session_begun = excluded.session_begun, session_settings = NULL, session_after = NULL,"
          " handlers = '', begun_as = excluded.begun_as",
      std::array{parameter(e.id.text()), parameter(name), parameter(e.up ? "up" : "down"), parameter(run),
                 or_null(e.files.up), or_null(e.files.down), or_null(e.files.verify), parameter(done),
                 or_null(e.done_checksum), parameter(sent), or_null(earlier.begun_checksum), parameter(place),
                 parameter(earlier.begun_failed ? "true" : "false"), parameter(session), or_null(begun)});
  require_taken(r, e.id);
}

void progress::note_handlers(const migration::version &id, const std::string &handlers) {
  const std::string kept = storable(c_, handlers);
  const auto r = c_.query("UPDATE " + schema_ +
                              ".progress SET handlers = $2, written_in = pg_catalog.pg_current_xact_id()"
                              " WHERE version = $1",
                          std::array{parameter(id.text()), parameter(kept)});
  require_taken(r, id);
}

void progress::reach(const migration::version &id, const reached &now) {
  const std::string done = std::to_string(now.done);
  const std::string begun = std::to_string(now.begun);
  const auto r = c_.query(
      "UPDATE " + schema_ +
          ".progress SET statements_done = $2::integer, statements_begun = $3::integer, xid = $4::xid8,"
          " done_checksum = $5, begun_checksum = $6, begun_failed = $7::boolean, written_in = "
          "pg_catalog.pg_current_xact_id() WHERE version = $1",
      std::array{parameter(id.text()), parameter(done), parameter(begun), now.xid ? parameter(*now.xid) : parameter(),
                 or_null(now.done_checksum), or_null(now.begun_checksum), parameter(now.failed ? "true" : "false")});
  require_taken(r, id);
}

bool progress::keep_session(const migration::version &id, const migration::kept_settings &kept) {
  const std::string after = std::to_string(kept.after);
  const auto r = c_.query("UPDATE " + schema_ +
                              ".progress SET session_settings = $2, session_after = $3::integer,"
                              " written_in = pg_catalog.pg_current_xact_id() WHERE version = $1",
                          std::array{parameter(id.text()), parameter(kept.json), parameter(after)});
  return r.rows_affected() == 1;
}

std::string progress::finish_sql(const std::string &schema, const std::string &run, const migration::version &id) {
  return "DELETE FROM " + postgres::quote_identifier(schema) + ".progress WHERE version OPERATOR(pg_catalog.=) " +
         postgres::quote_literal(id.text()) + " AND run OPERATOR(pg_catalog.=) " + postgres::quote_literal(run) +
         "::pg_catalog.uuid";
}

bool progress::has(postgres::connection &session, const std::string &schema, const migration::version &id,
                   const std::string &xid) {
  return session
             .query("SELECT FROM " + postgres::quote_identifier(schema) +
                        ".progress WHERE version = $1 AND xid = $2::xid8",
                    std::array{parameter(id.text()), parameter(xid)})
             .rows() == 1;
}

// Nearly always there is none, and what follows is a lot to plan.
bool progress::any() { return c_.exec("SELECT FROM " + schema_ + ".progress LIMIT 1").rows() > 0; }

void progress::settle() {
  if (any()) c_.exec(fmt::format(fmt::runtime(settle_sql), schema_, ended(c_, schema_, "left_over", "NULL::integer")));
}

std::vector<migration::recorded> progress::unsettled() {
  if (!any()) return {};
  return look_twice([this] { return read_unsettled(); },
                    [](const std::vector<migration::recorded> &all) {
                      std::set<std::string> dead;
                      for (const auto &r : all)
                        if (r.at_work.empty()) dead.insert(r.run);
                      return dead;
                    });
}

std::vector<migration::recorded> progress::read_unsettled() {
  const auto r =
      c_.exec("SELECT version, name, up_checksum, down_checksum, verify_checksum, pg_catalog.to_char(began AT "
              "TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), applied_by, run, done, direction, "
              "done_checksum, begun, begun_checksum, pid, begun_failed, COALESCE(kept, ''), COALESCE(kept_after, 0), "
              "begun_by_role FROM (" +
              ended(c_, schema_, "(SELECT *, xmin AS written_by FROM " + schema_ + ".progress)",
                    pid_by_life_sign_sql("p.run")) +
              ") ended");
  std::vector<migration::recorded> out;
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    const auto number = [&](int column) { return read_count(schema_ + ".progress", r.text(i, column)); };
    out.push_back({read_id(schema_ + ".progress", text(0)),
                   text(1),
                   r.is_null(i, 13) ? "partial" : "running",
                   text(2),
                   text(3),
                   text(4),
                   text(5),
                   text(6),
                   text(7),
                   0,
                   number(8),
                   r.text(i, 9) == "up",
                   false,
                   text(10),
                   number(11),
                   text(12),
                   true,
                   text(13),
                   {text(15), number(16)},
                   r.text(i, 14) == "t",
                   text(17)});
  }
  return out;
}

} // namespace davit::ledger
