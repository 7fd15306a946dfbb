// What a failing handler does, phase by phase: to the database, the ledger, the exit code and the phases that follow.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// Reports everywhere, and fails at one phase.
std::string failing_at(std::string_view phase) {
  return with_probe(at_every_phase("do = \"report\"") + "{ phase = \"" + std::string(phase) +
                    "\", handler = \"guard\", do = \"fail\", text = \"not today\" },\n");
}

struct shop : project {
  explicit shop(const std::string &toml) : project(toml) {
    migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    migration("0001_one.down.sql", "DROP TABLE one;");
    migration("0002_two.up.sql", "CREATE TABLE two (i int);");
    migration("0002_two.down.sql", "DROP TABLE two;");
  }
};

void check_error(const finished_run &run, std::string_view phase) {
  CHECK(run.answer().text("/error/code") == "hook_failed");
  CHECK(run.answer().text("/error/message") == "not today");
  CHECK(run.answer().text("/error/plugin") == "probe");
  CHECK(run.answer().text("/error/handler") == "guard");
  CHECK(run.answer().text("/error/phase") == phase);
  CHECK(run.outcomes("failure") == "ok");
  CHECK(run.outcomes("success") == "");
}

} // namespace

TEST_CASE("a handler that fails at startup stops the run before davit writes anything, its ledger included") {
  const shop p(failing_at("startup"));
  const auto run = up(p, 1);
  check_error(run, "startup");
  CHECK(run.phases() == "startup startup failure");
  CHECK(run.answer().text("/error/state") == "no migration was applied");
  CHECK_FALSE(exists(p, "davit.ledger"));
}

TEST_CASE("a handler that fails at pre_validate or validated stops the run with nothing touched") {
  for (const std::string phase : {"pre_validate", "validated"}) {
    CAPTURE(phase);
    const shop p(failing_at(phase));
    const auto run = up(p, 1);
    check_error(run, phase);
    CHECK(has(run.phases(), phase + " " + phase + " failure"));
    CHECK(run.answer().text("/error/state") == "no migration was applied");
    CHECK_FALSE(exists(p, "one"));
    CHECK(ledger(p) == "");
    CHECK(p.database().sql("SELECT outcome, message FROM davit.run") == "failed|not today");
  }
}

TEST_CASE("a handler that fails at pre_execute keeps its migration from being started") {
  const shop p(failing_at("pre_execute"));
  const auto run = up(p, 1);
  check_error(run, "pre_execute");
  CHECK(run.phases() == "startup pre_validate validated pre_execute pre_execute on_error failure");
  CHECK_FALSE(exists(p, "one"));
  CHECK(ledger(p) == "");
}

TEST_CASE("a handler that fails inside the transaction rolls the migration back, at each of the five phases") {
  for (const std::string phase : {"before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"}) {
    CAPTURE(phase);
    const shop p(failing_at(phase));
    const auto run = up(p, 1);
    check_error(run, phase);
    CHECK(has(run.phases(), phase + " " + phase + " on_error failure"));
    CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
    CHECK_FALSE(exists(p, "one"));
    CHECK(ledger(p) == "");
    CHECK(p.database().sql("SELECT version, outcome FROM davit.run_migration") == "0001|failed");
  }
}

TEST_CASE("a handler that fails at post_execute leaves the migration applied, says so, and stops the run") {
  const shop p(failing_at("post_execute"));
  const auto run = up(p, 1);
  check_error(run, "post_execute");
  CHECK(has(run.phases(), "cleanup post_execute post_execute failure"));
  CHECK_FALSE(has(run.phases(), "on_error"));
  CHECK(run.answer().text("/error/state") == "0001_one is applied and stays so");
  CHECK(run.answer().text("/migrations/0/outcome") == "applied");
  CHECK(run.answer().integer("/done") == 1);
  CHECK(exists(p, "one"));
  CHECK_FALSE(exists(p, "two"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("a handler that fails at post_complete: all is applied, but a hook failed, and the exit code is 1") {
  const shop p(failing_at("post_complete"));
  const auto run = up(p, 1);
  check_error(run, "post_complete");
  CHECK(has(run.phases(), "post_complete post_complete failure"));
  CHECK(run.answer().text("/error/state") == "all migrations are applied");
  CHECK(run.answer().integer("/done") == 2);
  CHECK(ledger(p) == "0001 applied, 0002 applied");
}

TEST_CASE("a handler that fails at success is logged and changes nothing of the outcome") {
  const shop p(failing_at("success"));
  const auto run = up(p, 0);
  CHECK(run.outcomes("success") == "ok failed");
  CHECK(run.answer().text("/outcome") == "applied");
  CHECK(has(run.err(), "not today"));
  CHECK(p.database().sql("SELECT outcome, message FROM davit.run") == "applied|");
}

TEST_CASE("a handler that fails at on_error or failure is logged, and the first error stays the run's") {
  for (const std::string phase : {"on_error", "failure"}) {
    CAPTURE(phase);
    const shop p(failing_at(phase));
    p.migration("0001_one.up.sql", "SELECT 1 / 0;");
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/sqlstate") == "22012");
    CHECK(run.outcomes(phase) == "ok failed");
    CHECK(has(run.err(), "not today"));
    CHECK(has(run.phases(), "on_error"));
    CHECK(has(run.phases(), "failure"));
  }
}

TEST_CASE("down: a handler that fails at pre_rollback or inside leaves the migration applied") {
  for (const std::string phase : {"pre_rollback", "after_ddl"}) {
    CAPTURE(phase);
    const shop p{std::string(head)};
    up(p, 0);
    p.configure(failing_at(phase));
    const auto run = down(p, 1);
    check_error(run, phase);
    CHECK(has(run.phases(), phase + " " + phase + " on_error failure"));
    CHECK(exists(p, "two"));
    CHECK(ledger(p) == "0001 applied, 0002 applied");
  }
}

TEST_CASE("down: a handler that fails at post_rollback leaves the migration reverted and stops the run") {
  const shop p{std::string(head)};
  up(p, 0);
  p.configure(failing_at("post_rollback"));
  const auto run = davit_run(p, {"down", "--to", "0"}, 1);
  check_error(run, "post_rollback");
  CHECK(run.answer().text("/error/state") == "0002_two is reverted and stays so");
  CHECK_FALSE(exists(p, "two"));
  CHECK(exists(p, "one"));
  CHECK(ledger(p) == "0001 applied, 0002 reverted");
}

TEST_CASE("the handlers behind a failing one are not called") {
  const project p(with_probe(R"t({ phase = "before_ddl", handler = "a", do = "fail", text = "no" },
                                { phase = "before_ddl", handler = "b", do = "report" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 1).calls() == "probe.a");
}

TEST_CASE("on_error and failure see the error: sqlstate, message, detail, file, line and column") {
  const project p(with_probe(R"t({ phase = "on_error", do = "describe", text = "error" },
                                { phase = "failure", do = "describe", text = "error" },
                                { phase = "cleanup", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int PRIMARY KEY);");
  const auto file = p.migration("0002_bad.up.sql", "INSERT INTO one VALUES (1);\n  INSERT INTO one VALUES (1);\n");
  const auto run = up(p, 1);
  const std::string expected = "status=SQL sqlstate=23505 line=2 column=3 message=duplicate key value violates unique "
                               "constraint \"one_pkey\" detail=Key (i)=(1) already exists. file=" +
                               file.string();
  CHECK(run.messages("on_error") == expected);
  CHECK(run.messages("failure") == expected);
  CHECK(run.messages("cleanup") == "none");
}

TEST_CASE("on_error sees which handler failed, and on whose account") {
  const project p(with_probe(R"t({ phase = "after_ddl", handler = "guard", do = "sql", sql = "SELECT 1 / 0" },
                                { phase = "on_error", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(has(up(p, 1).messages("on_error"), "sqlstate=22012 line=0 column=0 instance=probe handler=guard "
                                           "phase=after_ddl message=division by zero"));
}
