// What is announced is what happened.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

std::string announce(std::string_view phase, std::string_view what) {
  return action("phase = \"" + std::string(phase) + "\"",
                R"t(do = "sql", side = true, sql = "INSERT INTO audit VALUES (')t" + std::string(what) + "')\"");
}

struct audited : project {
  audited()
      : project(with_probe(announce("post_execute", "applied") + announce("success", "success") +
                           announce("on_error", "failed") + announce("failure", "failure"))) {
    database().sql("CREATE TABLE audit (what text)");
  }
  std::string audit() const { return database().sql("SELECT string_agg(what, ' ') FROM audit"); }
};

} // namespace

TEST_CASE("a hook that announces a migration is called after COMMIT: every other session sees what it announces") {
  const project p(with_probe(
      R"t({ phase = "post_execute", do = "sql", side = true, sql = "SELECT (SELECT count(*) FROM one) + (SELECT count(*) FROM davit.migration)" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one AS SELECT 1;");
  CHECK(up(p, 0).messages("post_execute") == "2");
}

TEST_CASE("a deferred constraint that fails is a failure, and nobody was told of success before") {
  const audited p;
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "INSERT INTO child VALUES (1);");
  CHECK(up(p, 1).answer().text("/error/sqlstate") == "23503");
  CHECK(p.audit() == "failed failure");
  CHECK(ledger(p) == "");
}

TEST_CASE("a COMMIT that the server refuses is a failure, and nobody was told of success before") {
  const audited p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  // The last thing before COMMIT is davit's own row: what this trigger says comes with COMMIT and not earlier.
  p.database().sql("TRUNCATE audit; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN RAISE ''not today''; END'; CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON "
                   "davit.migration DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/message") == "the row of 0002_two could not be written to the ledger: not today");
  CHECK(has(run.answer().text("/error/state"), "nothing of 0002_two is in the database"));
  CHECK(p.audit() == "failed failure");
  CHECK_FALSE(exists(p, "two"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("a failing success hook changes nothing: exit 0, outcome applied, and no failure is announced") {
  const project p(with_probe(R"t({ phase = "success", do = "fail", text = "no mail today" },
                                { phase = "failure", do = "report" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(run.answer().text("/outcome") == "applied");
  CHECK(run.phases() == "success");
  CHECK(has(run.err(), "no mail today"));
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "applied");
}

TEST_CASE("however a run ends, exactly one of success and failure is called, and it is the last") {
  const std::string ends = R"t({ phase = "success", do = "report" }, { phase = "failure", do = "report" },)t";
  struct row {
    std::string actions, sql;
    int exit;
    std::string last;
  };
  for (const auto &r : {row{"", "SELECT 1;", 0, "success"}, row{"", "SELECT 1 / 0;", 1, "failure"},
                        row{R"t({ phase = "startup", do = "fail", text = "no" })t", "SELECT 1;", 1, "failure"},
                        row{R"t({ phase = "cleanup", do = "veto", text = "no" })t", "SELECT 1;", 7, "failure"},
                        row{R"t({ phase = "post_complete", do = "fail", text = "no" })t", "SELECT 1;", 1, "failure"}}) {
    CAPTURE(r.actions);
    CAPTURE(r.sql);
    const project p(with_probe(ends + r.actions));
    p.migration("0001_one.up.sql", r.sql);
    const auto phases = up(p, r.exit).phases();
    CHECK(phases.ends_with(r.last));
    CHECK(count(phases, "success") + count(phases, "failure") == 1);
  }
}

TEST_CASE("SIGTERM calls failure, with the reason") {
  const project p(with_probe(R"t({ phase = "success", do = "report" },
                                { phase = "failure", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
  running_program davit(p.command({"up", "--json"}));
  wait_for_statement(p, "SELECT pg_sleep(60)");
  davit.send(SIGTERM);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.phases() == "failure");
  CHECK(has(run.messages("failure"), "message=the run was stopped by SIGTERM"));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("hooks that are for work done are not called when nothing was to do") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(has(up(p, 0).phases(), " post_execute post_complete success"));
  CHECK(up(p, 0).phases() == "startup pre_validate validated success");
}
