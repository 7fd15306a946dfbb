// Who holds davit's locks, sessions that hold others up, and indexes that a failed build left behind.
#include "cli/doctor/checks.hpp"

#include "cli/shortened.hpp"
#include "lifecycle/sessions/lock_owners.hpp"
#include "postgres/invalid_indexes.hpp"
#include "sql/index_statement.hpp"

#include <fmt/format.h>

namespace davit::cli::doctor {
namespace {

constexpr const char *name = "locks";

std::string session_text(const postgres::result &r, int row) {
  return fmt::format("pid {} (user {}, '{}', since {}: {})", r.text(row, 0), r.text(row, 1), r.text(row, 2),
                     r.text(row, 3), shortened(r.text(row, 4), 80));
}

constexpr const char *session_columns =
    "a.pid, COALESCE(a.usename, '?'), COALESCE(a.application_name, ''), "
    "COALESCE(to_char(COALESCE(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), '?'), COALESCE(a.query, '')";

std::string end_session(std::string_view pid) { return fmt::format("SELECT pg_terminate_backend({});", pid); }

void check_idle_transactions(findings &out, postgres::connection &c, bool run_under_way) {
  const auto r = c.exec("SELECT " + std::string(session_columns) +
                        ", a.application_name LIKE 'davit %' FROM pg_stat_activity a WHERE a.datname = "
                        "current_database() AND a.pid <> pg_backend_pid() AND a.state LIKE 'idle in transaction%' AND "
                        "(a.application_name LIKE 'davit %' OR a.xact_start < now() - interval '1 minute')");
  for (int i = 0; i < r.rows(); ++i) {
    const bool ours = r.text(i, 5) == "t";
    if (ours && run_under_way) continue;
    out.warn("idle transactions",
             session_text(r, i) + (ours ? " was left behind by a davit" : " keeps its locks, and DDL waiting"),
             "if it should not be there: " + end_session(r.text(i, 0)));
  }
}

} // namespace

void check_locks(findings &out, postgres::connection &c, const std::string &schema) {
  const auto [run, work] = lifecycle::owners_of_locks(c, schema);
  if (run)
    out.warn(name, "the run lock is held by " + run->text, "wait: a run is under way");
  else if (work)
    out.warn(name, "no run is under way, but a session of an earlier one is still at work: " + work->text,
             "wait until it has ended, or end it: " + work->how_to_end());
  else
    out.ok(name, "no run is under way, nothing is left of an earlier one");
  check_idle_transactions(out, c, run.has_value());
}

void check_indexes(findings &out, postgres::connection &c) {
  const auto invalid = postgres::invalid_indexes(c);
  for (const auto &i : invalid) {
    const std::string found = fmt::format("{} of table {} is INVALID", i.quoted(), i.table);
    if (i.perhaps_built_by())
      out.warn("indexes", fmt::format("{}; pid {} may be building it", found, i.perhaps_built_by()),
               "wait for it; if it stays INVALID: " + i.drop_sql());
    else if (sql::is_left_of_rebuilding(i.name))
      out.warn("indexes", found + ": a REINDEX failed and left it, writers pay for it, no query uses it", i.drop_sql());
    else
      out.warn("indexes", found + ": a build failed, writers pay for it, no query uses it",
               i.drop_sql() + " Then create it again.");
  }
  if (invalid.empty()) out.ok("indexes", "every index is valid");
}

} // namespace davit::cli::doctor
