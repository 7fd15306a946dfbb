// What commands that only look say beside a run that is under way, and beside what a killed one has left.
#include "../lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

constexpr const char *three_statements =
    "-- davit: no-transaction\nCREATE TABLE one (i int);\nINSERT INTO one VALUES (1);\n"
    "INSERT INTO one SELECT 2 FROM pg_sleep(30);\n";

std::string pid_of(const project &p, std::string_view purpose) {
  return p.database().sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
                          "'davit " +
                          std::string(purpose) + "'");
}

void end_leftover(const project &p) {
  p.database().sql(
      "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'davit run'");
}

} // namespace

TEST_CASE("beside a run, what it is at is under way and not stopped, wherever one looks") {
  const project p;
  p.migration("1_a.up.sql", three_statements);
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "pg_sleep(30)");
  const std::string who = "pid " + pid_of(p, "lock") + " holds the run lock";

  const auto status = p.davit({"status"}).out;
  CHECK(has(status, "running"));
  CHECK(has(status, "2 statements of its up file done so far: " + who));
  CHECK(has(status, "is under way: by "));
  for (const char *untrue : {"stopped", "killed", "crashed", "without a word", "is not known", "are not known"})
    CHECK_MESSAGE(!has(status, untrue), status);
  CHECK(p.davit({"status", "--exit-code"}).exit_code == 8);
  const auto object = p.davit_json({"status"});
  CHECK(object.text("/migrations/0/state") == "running");
  CHECK(object.boolean("/unfinished_runs/0/under_way"));

  const auto repair = p.davit({"repair"});
  CHECK(repair.exit_code == 0);
  CHECK(has(repair.out, "1_a is under way, 2 statements of its up file done so far: " + who));
  CHECK_FALSE(has(repair.out, "--resume"));
  CHECK(p.davit_json({"repair", "1"}).integer("/under_way/0/statements_done") == 2);

  const auto doctor = p.davit({"doctor"}).out;
  CHECK(has(doctor, "1_a is under way, 2 statements"));
  CHECK_FALSE(has(doctor, "stopped half-way"));
  CHECK_FALSE(has(doctor, "without a word"));

  const auto plan = p.davit_json({"plan"});
  CHECK(plan.text("/error/code") == "locked");
  CHECK(has(plan.text("/error/message"), "1_a is under way"));
  davit.send(SIGTERM);
  CHECK(davit.wait().exit_code == 143);
}

TEST_CASE("a migration at its first statement is running, too") {
  const project p;
  p.migration("1_a.up.sql", "-- davit: no-transaction\nSELECT pg_sleep(30);\n");
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "pg_sleep(30)");
  CHECK(has(p.davit({"status"}).out, "no statement of its up file done so far"));
  davit.send(SIGTERM);
  davit.wait();
  CHECK(p.davit_json({"status"}).text("/migrations/0/state") == "pending");
}

TEST_CASE("what a killed run's session is still at is not called stopped, and the run is called dead") {
  const project p;
  p.migration("1_a.up.sql", three_statements);
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "pg_sleep(30)");
  const std::string leftover = "pid " + pid_of(p, "run") + " ";
  davit.send(SIGKILL);
  davit.wait();
  wait_until("waiting for the end of the lock session", [&p] { return pid_of(p, "lock").empty(); });

  const auto status = p.davit({"status"}).out;
  CHECK(has(status, "running"));
  CHECK(has(status, "its davit is gone, but a session that it has left behind is still at work: " + leftover));
  CHECK(has(status, "SELECT pg_terminate_backend("));
  CHECK(has(status, "ended without a word: it was killed, crashed, or lost the database"));
  CHECK_FALSE(has(p.davit({"repair"}).out, "--resume"));

  end_leftover(p);
  CHECK(has(p.davit({"status"}).out, "stopped after statement 2"));
  CHECK(has(p.davit({"repair"}).out, "the first 2 of 3 statements"));
}

TEST_CASE("beside another run, a run that was killed is still called dead") {
  const project p;
  p.migration("1_a.up.sql", three_statements);
  {
    running_program davit(p.command({"up"}));
    wait_for_statement(p, "pg_sleep(30)");
    davit.send(SIGKILL);
    davit.wait();
  }
  running_program waiting(p.command({"up"}));
  waiting.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  const auto status = p.davit({"status"}).out;
  CHECK(has(status, "ended without a word"));
  CHECK(has(status, "its davit is gone"));
  CHECK_FALSE(has(status, "is under way"));
  end_leftover(p);
  CHECK(waiting.wait().exit_code == 6);
}
