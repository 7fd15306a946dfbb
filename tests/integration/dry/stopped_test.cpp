// Signals, kills, deadlines, lost sessions and handlers that hang in the middle of a dry run: nothing stays.
#include "dry_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

void add_migrations(const project &p) {
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_sleep.up.sql", "CREATE TABLE two (i int); SELECT pg_sleep(65);");
}

constexpr std::string_view impatient = "environment = \"test\"\n[run]\ngrace = \"200ms\"\n";

} // namespace

TEST_CASE("dry run: a signal ends it, with exactly one of success and failure") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  add_migrations(p);
  const unchanged database(p);
  running_program davit(p.command({"up", "--dry-run", "--json"}));
  wait_for_statement(p, "SELECT pg_sleep(65)");
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(run.answer().text("/outcome") == "interrupted");
  CHECK(run.phases().ends_with("before_ddl on_error failure"));
  database.check();
}

TEST_CASE("dry run: killed in the middle, it leaves nothing but a backend that a run waits for") {
  const project p(head);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_sleep.up.sql", "CREATE TABLE two (i int); SELECT pg_sleep(1);");
  const unchanged database(p);
  running_program davit(p.command({"up", "--dry-run"}));
  wait_for_statement(p, "SELECT pg_sleep(1)");
  davit.send(SIGKILL);
  davit.wait();
  database.check();
  up(p, 0);
  CHECK(ledger(p) == "0001 applied, 0002 applied");
}

TEST_CASE("dry run: the deadline of the run ends it") {
  const project p;
  add_migrations(p);
  const auto run = rehearse(p, 124, {"up", "--deadline", "300ms"});
  CHECK(run.answer().text("/error/code") == "run_deadline");
  CHECK(run.answer().integer("/done") == 1);
}

TEST_CASE("dry run: a session that is ended from outside takes everything with it") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  add_migrations(p);
  const unchanged database(p);
  running_program davit(p.command({"up", "--dry-run", "--json"}));
  wait_for_statement(p, "SELECT pg_sleep(65)");
  p.database().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "application_name = 'davit run'");
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(run.phases().ends_with("on_error failure"));
  database.check();
}

TEST_CASE("dry run: a handler that does not return is given up, the others are told, nothing stays") {
  for (const std::string phase : {"pre_execute", "after_ddl", "post_execute", "post_complete", "on_error", "success"}) {
    CAPTURE(phase);
    const bool fails = phase == "on_error";
    const project p(std::string(impatient) +
                    probe(action("phase = \"" + phase + "\"", "do = \"hang\""), "deadline = \"100ms\"\n", "lost") +
                    probe(R"t({ phase = "failure", do = "sql", sql = "SELECT 7" },
                              { phase = "success", do = "sql", sql = "SELECT 7" })t",
                          "", "witness"));
    p.migration("0001_one.up.sql", fails ? "SELECT 1 / 0;" : "CREATE TABLE one (i int);");
    const bool ends_well = phase == "success";
    const auto run = rehearse(p, fails ? 1 : ends_well ? 0 : 124);
    CHECK(run.outcomes(phase).starts_with("abandoned"));
    CHECK(run.messages(ends_well ? "success" : "failure").ends_with("7"));
  }
}

TEST_CASE("dry run: what a migration failed of is told, whatever comes while handlers are told of it") {
  const std::string slow = R"t({ phase = "on_error", do = "sql", sql = "SELECT pg_sleep(61)" },)t";
  SUBCASE("the deadline") {
    const project p("environment = \"test\"\n[run]\ndeadline = \"1s\"\n" + probe(slow));
    p.migration("0001_one.up.sql", "SELECT 1 / 0;");
    const auto run = rehearse(p, 1);
    CHECK(has(run.err(), "the run's deadline of 1s has passed"));
    CHECK(run.answer().text("/error/sqlstate") == "22012");
    CHECK(run.answer().text("/error/state") == "this was a dry run: nothing of it stays in the database");
  }
  SUBCASE("a signal") {
    const project p(with_probe(slow));
    p.migration("0001_one.up.sql", "SELECT 1 / 0;");
    running_program davit(p.command({"up", "--dry-run", "--json"}));
    wait_for_statement(p, "SELECT pg_sleep(61)");
    davit.send(SIGTERM);
    const finished_run run(davit.wait());
    CHECK(run.exit_code() == 1);
    CHECK(run.answer().text("/error/sqlstate") == "22012");
  }
}
