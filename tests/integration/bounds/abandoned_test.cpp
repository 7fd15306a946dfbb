// A handler that does not return: davit ends its sessions, and the run without it.
#include "integration/lifecycle/probe_run.hpp"
#include "support/working_role.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view grace = "environment = \"test\"\n[run]\ngrace = \"200ms\"\n";
constexpr std::string_view soon = "deadline = \"100ms\"\n";

// One instance that does what `actions` say and gets lost in it, and one that sees what comes of that.
std::string lost(std::string_view actions, std::string_view witness = "", std::string_view more = soon) {
  return std::string(grace) + probe(actions, more, "lost") +
         probe(std::string(witness) + R"t(
    { phase = "on_error", do = "describe", text = "error" },
    { phase = "failure", do = "describe", text = "error" },
    { phase = "failure", do = "sql", sql = "SELECT 7" },
    { phase = "success", do = "sql", sql = "SELECT 8" })t",
               "", "witness");
}

std::string hang_at(std::string_view phase) {
  return action("phase = \"" + std::string(phase) + "\"", "do = \"hang\"");
}

std::string calls_in_ledger(const project &p) {
  return p.database().sql(
      "SELECT string_agg(phase || ' ' || plugin || ' ' || outcome, ', ' ORDER BY ordinal) FROM davit.hook_call");
}

} // namespace

TEST_CASE("a handler that does not return before COMMIT: rolled back, recorded, others told, exit 124") {
  for (const std::string phase : {"before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"}) {
    CAPTURE(phase);
    const project p(lost(action("phase = \"" + phase + "\"", R"t(do = "stat_set", key = "k", value = "1")t") +
                         action("phase = \"" + phase + "\"", R"t(do = "sql", sql = "CREATE TABLE mine (i int)")t") +
                         hang_at(phase) + hang_at("failure")));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 124);
    CHECK(run.answer().text("/outcome") == "abandoned");
    CHECK(run.answer().text("/error/code") == "hook_abandoned");
    CHECK(run.answer().text("/error/plugin") == "lost");
    CHECK(run.answer().text("/error/phase") == phase);
    CHECK(run.answer().text("/error/state") == "nothing of 0001_one is in the database");
    CHECK(has(run.err(), "plugin 'lost', handler '" + phase + "' at " + phase + " does not return: it has run for "));
    CHECK(run.calls() == "lost." + phase + " witness.on_error witness.failure");
    CHECK(run.outcomes(phase) == "abandoned");
    CHECK(has(run.messages("on_error"), "status=DEADLINE"));
    CHECK(has(run.messages("failure"), "instance=lost"));
    CHECK(run.messages("failure").ends_with("; 7"));
    CHECK(stat(run, "migrations/0001/k") == "");
    CHECK_FALSE(exists(p, "one"));
    CHECK_FALSE(exists(p, "mine"));
    CHECK(ledger(p) == "");
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "abandoned");
    CHECK(p.database().sql("SELECT outcome FROM davit.run_migration") == "failed");
    CHECK(calls_in_ledger(p) == phase + " lost abandoned, on_error witness ok, failure witness ok");
    wait_until_davit_is_gone(p);
    p.configure(grace);
    up(p, 0);
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("davit ends its sessions also where they began as another role than the one that has logged in") {
  const project p(lost(hang_at("after_ddl")));
  const working_role role(p);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = davit_run(p, {"up"}, 124, role.as());
  CHECK(run.answer().text("/error/code") == "hook_abandoned");
  CHECK_FALSE(has(run.err(), "could not be ended"));
  CHECK(ledger(p) == "");
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "abandoned");
  wait_until_davit_is_gone(p);
}

TEST_CASE("before the first migration there is nothing to roll back, and the others are told all the same") {
  for (const std::string phase : {"startup", "pre_validate", "validated", "pre_execute"}) {
    CAPTURE(phase);
    const project p(lost(hang_at(phase)));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 124);
    CHECK(run.answer().text("/error/code") == "hook_abandoned");
    CHECK(run.answer().has("/error/state"));
    CHECK(run.messages("failure").ends_with("; 7"));
    CHECK(run.outcomes("on_error") == (phase == "pre_execute" ? "ok" : ""));
    CHECK_FALSE(exists(p, "one"));
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("after COMMIT the migration stays applied, its handlers are owed, and the next run says so") {
  const project p(lost(hang_at("post_execute")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 124);
  CHECK(run.answer().text("/error/state") == "0001_one is applied and stays so");
  CHECK(run.calls() == "lost.post_execute witness.failure");
  CHECK(ledger(p) == "0001 applied");
  p.configure(grace);
  CHECK(has(up(p, 0).err(), "0001_one is committed, but its handlers after COMMIT are not known to have run"));
  CHECK(ledger(p) == "0001 applied, 0002 applied");
}

TEST_CASE("at post_complete everything is applied, and said to be") {
  const project p(lost(hang_at("post_complete")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 124);
  CHECK(run.answer().text("/error/state") == "all migrations are applied");
  CHECK(run.outcomes("failure") == "ok");
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("where failures are only logged, the outcome of the run is what it was, and the phase goes on without it") {
  const struct {
    std::string phase, sql;
    int exit;
    std::string outcome, calls;
  } rows[] = {
      {"success", "CREATE TABLE one (i int);", 0, "applied", "lost.success witness.success"},
      {"on_error", "SELECT 1 / 0;", 1, "failed", "lost.on_error witness.on_error witness.failure"},
      {"failure", "SELECT 1 / 0;", 1, "failed", "witness.on_error lost.failure witness.failure"},
  };
  for (const auto &row : rows) {
    CAPTURE(row.phase);
    const project p(lost(hang_at(row.phase)));
    p.migration("0001_one.up.sql", row.sql);
    const auto run = up(p, row.exit);
    CHECK(run.answer().text("/outcome") == row.outcome);
    CHECK(run.calls() == row.calls);
    CHECK(has(run.outcomes(row.phase), "abandoned ok"));
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == row.outcome);
    CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE outcome = 'abandoned'") == "1");
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("handlers that get lost one after the other are given up one after the other") {
  const project p(std::string(grace) + probe(hang_at("after_ddl"), soon, "first") +
                  probe(hang_at("on_error") + hang_at("failure"), "", "second") + // a deadline comes with the end
                  probe(hang_at("failure"), soon, "third") +
                  probe(R"t({ phase = "failure", do = "sql", sql = "SELECT 7" })t", "", "fourth"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 124);
  CHECK(run.calls() == "first.after_ddl second.on_error third.failure fourth.failure");
  CHECK(run.answer().text("/error/plugin") == "first");
  CHECK(run.messages("failure").ends_with(" | 7"));
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE outcome = 'abandoned'") == "3");
  wait_until_davit_is_gone(p);
}

TEST_CASE("SQL that no cancellation ends is ended with its session") {
  const std::string stubborn =
      "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; "
      "END LOOP; END $$";
  for (const std::string side : {"false", "true"}) {
    CAPTURE(side);
    const project p(lost(R"t({ phase = "after_ddl", do = "sql", side = )t" + side + ", sql = \"" + stubborn + "\" },"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 124);
    CHECK(run.outcomes("after_ddl") == "abandoned");
    CHECK(run.messages("failure").ends_with("; 7"));
    CHECK_FALSE(exists(p, "one"));
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("a handler that comes back after it was given up can do nothing more") {
  const project p(lost(R"t({ phase = "after_ddl", do = "outlive" }, { phase = "failure", do = "report" })t",
                       R"t({ phase = "failure", do = "outlived" },)t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 124);
  CHECK(has(run.messages("failure"), "STALE STALE STALE STALE STALE STALE STALE STALE and nothing to see"));
  CHECK(run.calls() == "lost.after_ddl witness.on_error witness.failure");
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE plugin = 'lost'") == "1");
}

TEST_CASE("a migration without a transaction keeps what it did, and is recorded as partial") {
  const project p(lost(hang_at("after_ddl")));
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE one (i int);");
  const auto run = up(p, 124);
  CHECK(has(run.answer().text("/error/state"), "its only statement is in the database"));
  CHECK(ledger(p) == "0001 partial");
  wait_until_davit_is_gone(p);
}

TEST_CASE("the private server is removed although davit leaves a thread behind") {
  const project p(lost(hang_at("after_ddl")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const temp_folder tmp;
  std::filesystem::permissions(tmp.path(),
                               std::filesystem::perms(0755)); // the server's own user has to reach its folder
  const auto result = p.davit({"up", "--ephemeral"}, {{"TMPDIR", tmp.path().string()}});
  CHECK(result.exit_code == 124);
  CHECK(tmp.names().empty());
}
