// What became of a migration: its state, and the event of the run that tells of it, written together.
#include "ledger/ledger.hpp"
#include "ledger/or_null.hpp"
#include "ledger/storable.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

using postgres::parameter;

constexpr std::string_view migration_columns =
    "(version, name, state, direction, up_checksum, down_checksum, verify_checksum, applied_at, applied_by,"
    " duration_us, run, statements_done, done_checksum, kind)";
constexpr std::string_view run_migration_columns =
    "(run, version, name, direction, outcome, duration_us, message, owes_hooks)";

// Where the migration has a row: it is changed only from that state. What its session was set to when it stopped is of
// use until it is done.
std::string update_if(const std::string &state) {
  std::string updates;
  for (const char *column :
       {"version", "name", "state", "direction", "up_checksum", "down_checksum", "verify_checksum", "applied_at",
        "applied_by", "duration_us", "run", "statements_done", "done_checksum", "kind"})
    updates += fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", column, column);
  for (const char *column : {"session_settings", "session_after"})
    updates += fmt::format(", {0} = CASE WHEN excluded.state OPERATOR(pg_catalog.=) 'partial' THEN m.{0} END", column);
  return "ON CONFLICT ((pg_catalog.ltrim(version, '0'))) DO UPDATE SET " + updates +
         " WHERE m.state OPERATOR(pg_catalog.=) " + state;
}

} // namespace

// The state of the migration and the event of the run, both or neither: a division by zero where one is kept out.
std::string ledger::parametric_event_sql(bool is_known, std::string_view ordinal) const {
  return "WITH state AS (INSERT INTO " + table("migration") + " AS m " + std::string(migration_columns) +
         " SELECT $1, $2, $3, $10, $4, $5, $6, clock_timestamp(), session_user, $7::bigint, $8::uuid, $9::integer, "
         "$14, $15"
         " WHERE $3 <> 'pending' " +
         (is_known ? update_if("$16") : std::string()) + " RETURNING 1), event AS (INSERT INTO " +
         table("run_migration") + " " +
         (ordinal.empty() ? std::string(run_migration_columns)
                          : fmt::format("({}, ordinal) OVERRIDING SYSTEM VALUE",
                                        run_migration_columns.substr(1, run_migration_columns.size() - 2))) +
         " SELECT $8::uuid, $1, $2, $10, $11, $7::bigint, $12, $13::boolean" +
         (ordinal.empty() ? "" : fmt::format(", {}", ordinal)) +
         " WHERE $3 = 'pending' OR EXISTS (SELECT FROM state) RETURNING 1) SELECT 1 / count(*) FROM event";
}

void ledger::add_event_in(postgres::connection &session, const std::string &run, const migration_event &e) {
  put_event(session, run, e, {});
}

void ledger::rehearse_event_in(postgres::connection &session, const std::string &run, const migration_event &e,
                               std::size_t ordinal) const {
  put_event(session, run, e, std::to_string(ordinal));
}

void ledger::put_event(postgres::connection &session, const std::string &run, const migration_event &e,
                       std::string_view ordinal) const {
  const std::string duration = std::to_string(e.duration_us);
  const std::string done = std::to_string(e.statements_done);
  const std::string version(e.id.text());
  const std::string name = storable(session, e.name);
  const std::string message = storable(session, e.message);
  const std::array parameters{parameter(version),
                              parameter(name),
                              parameter(e.state),
                              or_null(e.files.up),
                              or_null(e.files.down),
                              or_null(e.files.verify),
                              parameter(duration),
                              parameter(run),
                              parameter(done),
                              parameter(e.up ? "up" : "down"),
                              parameter(e.outcome),
                              or_null(message),
                              parameter(e.owes_hooks ? "true" : "false"),
                              or_null(e.done_checksum),
                              parameter(e.baselined ? "baseline" : "sql"),
                              parameter(e.before)};
  const bool is_known = !e.before.empty(); // else the right to INSERT is enough, here as together with COMMIT
  try {
    session.query(parametric_event_sql(is_known, ordinal),
                  std::span(parameters).first(parameters.size() - (is_known ? 0 : 1)));
  } catch (const postgres::server_error &refused) {
    if (why_refused(refused) == refusal::not_taken) not_taken(e);
    throw;
  }
}

void ledger::not_taken(const migration_event &e) {
  throw error(error_code::ledger_conflict,
              "the ledger did not take the row of migration " + e.id.text() + ", which was " +
                  (e.before.empty() ? "unknown to it" : e.before) +
                  " before: another run has changed it since this one made its plan, or a trigger, rule or policy on "
                  "the ledger's tables keeps it out",
              "davit status shows what is true now");
}

// Columns that take no NULL get one where there is an objection. A row of migration that its state in the ledger, a
// trigger or a policy keeps out leaves no version to tell of; one of run_migration, a division by zero.
std::string ledger::event_sql(const std::string &run, const migration_event &e, const objections &all) const {
  const auto text = [](const std::string &s) { return s.empty() ? std::string("NULL") : postgres::quote_literal(s); };
  const std::string version = text(std::string(e.id.text()));
  const std::string name = postgres::quote_literal(storable(*c_, e.name));
  const std::string direction = e.up ? "'up'" : "'down'";
  return fmt::format(
      "WITH state AS (INSERT INTO {} AS m {} VALUES ({}, {}, {}, {}, {}, {}, {}, pg_catalog.clock_timestamp(), "
      "session_user, {}, '{}', {}, {}, {}) {} RETURNING version), event AS (INSERT INTO {} {} VALUES ('{}', (SELECT "
      "version FROM state), CASE WHEN {} THEN NULL ELSE {} END, CASE WHEN {} THEN NULL ELSE {} END, {}, {}, {}, {}) "
      "RETURNING run) SELECT 1 OPERATOR(pg_catalog./) pg_catalog.count(*) FROM event",
      table("migration"), migration_columns, version, name, text(e.state), direction, text(e.files.up),
      text(e.files.down), text(e.files.verify), e.duration_us, run, e.statements_done, text(e.done_checksum),
      e.baselined ? "'baseline'" : "'sql'", e.before.empty() ? "" : update_if(postgres::quote_literal(e.before)),
      table("run_migration"), run_migration_columns, run, all.lock_is_lost, name, all.transaction_is_another, direction,
      text(e.outcome), e.duration_us, text(storable(*c_, e.message)), e.owes_hooks);
}

refusal ledger::why_refused(const postgres::server_error &e) {
  using namespace postgres::sqlstate;
  if (e.sqlstate == unique_violation && e.table == "migration") return refusal::not_taken;
  if (e.sqlstate == division_by_zero && e.context.empty()) return refusal::not_taken; // else a trigger's own
  if (e.sqlstate != not_null_violation || e.table != "run_migration") return refusal::none;
  if (e.column == "version") return refusal::not_taken;
  if (e.column == "name") return refusal::lock_is_lost;
  return e.column == "direction" ? refusal::transaction_is_another : refusal::none;
}

bool ledger::has_event(postgres::connection &session, const std::string &run, const migration_event &e) {
  const auto r = session.query("SELECT FROM " + table("run_migration") +
                                   " WHERE run = $1::uuid AND version = $2 AND outcome = $3 LIMIT 1",
                               std::array{parameter(run), parameter(e.id.text()), parameter(e.outcome)});
  return r.rows() == 1;
}

} // namespace davit::ledger
