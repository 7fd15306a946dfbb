// The deadline of a whole run: as an interrupt, but with an exit code and an error of its own.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

const std::string ends = R"t(
  { phase = "success", do = "report", text = "wrong" },
  { phase = "failure", do = "info", key = "run.outcome", expect = "deadline" },
  { phase = "failure", do = "sql", sql = "SELECT 7" },)t";

std::string toml(std::string_view run, std::string_view actions) {
  return "environment = \"test\"\n[run]\n" + std::string(run) + "\n" + probe(ends + std::string(actions));
}

void check_stopped(const project &p, const finished_run &run) {
  CHECK(run.answer().text("/error/code") == "run_deadline");
  CHECK(run.answer().text("/outcome") == "deadline");
  CHECK(run.messages("failure") == "deadline; 7");
  CHECK(run.outcomes("success") == "");
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "deadline");
  CHECK_FALSE(exists(p, "one"));
  wait_until_davit_is_gone(p);
}

} // namespace

TEST_CASE("a run that is not done at its deadline is cancelled, rolled back and leaves with 124") {
  const project p(toml("deadline = \"300ms\"", R"t({ phase = "on_error", do = "report", text = "told" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
  const auto run = up(p, 124);
  check_stopped(p, run);
  CHECK(run.messages("on_error") == "told");
  CHECK(has(run.answer().text("/error/message"), "deadline of 300ms"));
  CHECK(ledger(p) == "");
}

TEST_CASE("the deadline of the command line wins over davit.toml's, in both directions") {
  const project p(toml("deadline = \"1ms\"", ""));
  p.migration("0001_zero.up.sql", "CREATE TABLE zero (i int);");
  davit_run(p, {"up", "--deadline", "1h"}, 0);
  p.configure(toml("deadline = \"1h\"", ""));
  p.migration("0002_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
  const auto run = davit_run(p, {"up", "--deadline", "200ms"}, 124);
  CHECK(run.answer().text("/error/code") == "run_deadline");
  CHECK(run.answer().text("/error/state") == "nothing of 0002_one is in the database");
  const auto refused = p.davit({"up", "--deadline", "soon"});
  CHECK(refused.exit_code == 2);
  CHECK(has(refused.err, "'soon' is not a duration"));
}

TEST_CASE("down has a deadline as well") {
  const project p(toml("", ""));
  p.migration("0001_zero.up.sql", "CREATE TABLE zero (i int);");
  p.migration("0001_zero.down.sql", "DROP TABLE zero; SELECT pg_sleep(60);");
  up(p, 0);
  const auto run = davit_run(p, {"down", "--deadline", "200ms"}, 124);
  CHECK(has(run.answer().text("/error/hint"), "davit down --to VERSION goes on; davit up would apply again"));
  CHECK(exists(p, "zero"));
}

TEST_CASE("a handler's policy does not soften the deadline of the run, and a handler's SQL ends with it") {
  const project p(
      "environment = \"test\"\n[run]\ndeadline = \"300ms\"\n" +
      probe(ends + R"t({ phase = "after_ddl", do = "sql", sql = "SELECT pg_sleep(60)" })t", "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  check_stopped(p, up(p, 124));
}

TEST_CASE("a run that is done before its deadline does not notice it") {
  const project p(toml("deadline = \"1h\"", ""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).answer().text("/outcome") == "applied");
}

TEST_CASE("what a migration failed of is told, also where the deadline passes while handlers are told of it") {
  const project p("environment = \"test\"\n[run]\ndeadline = \"1s\"\n" +
                  probe(R"t({ phase = "on_error", do = "sql", sql = "SELECT pg_sleep(60)" },)t"));
  p.migration("0001_one.up.sql", "SELECT 1 / 0;");
  const auto run = up(p, 1);
  CHECK(has(run.err(), "the run's deadline of 1s has passed"));
  CHECK(run.answer().text("/error/sqlstate") == "22012");
  CHECK(p.database().sql("SELECT message FROM davit.run") == "division by zero");
  CHECK(p.database().sql("SELECT message FROM davit.run_migration") == "division by zero");
}
