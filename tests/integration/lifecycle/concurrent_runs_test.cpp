// Two runs at once.
#include "probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

TEST_CASE("of two davit up at once the second waits, says for whom, finds nothing to do, and exits 0") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n" +
                  probe(R"t({ phase = "validated", do = "info", key = "run.pending" })t"));
  p.database().sql("CREATE TABLE gate (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "-- davit: no-transaction\nSELECT count(*) FROM gate;");
  auto gate = p.database().connect();
  gate.exec("BEGIN; LOCK TABLE gate");
  running_program first(p.command({"up", "--json"}));
  wait_for_lock_wait(p);
  running_program second(p.command({"up", "--json"}));
  second.wait_for_output("waiting for the run lock: held by pid");
  gate.exec("COMMIT");
  const finished_run one(first.wait());
  const finished_run two(second.wait());
  CHECK(one.exit_code() == 0);
  CHECK(two.exit_code() == 0);
  CHECK(one.messages("validated") == "2");
  CHECK(two.messages("validated") == "0");
  CHECK(two.answer().text("/outcome") == "nothing_to_do");
  CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration") == "2");
}

// Whoever waits inside a statement has a snapshot, for whose end CREATE INDEX CONCURRENTLY waits.
TEST_CASE("a run that waits for the run lock does not hold up the holder's CREATE INDEX CONCURRENTLY") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\nrun_lock_timeout = \"2m\"\n");
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_index.up.sql", "CREATE INDEX CONCURRENTLY t_i ON t (i);");
  auto writer = p.database().connect();
  writer.exec("BEGIN; INSERT INTO t VALUES (1)");
  running_program first(p.command({"up", "--json"}));
  wait_for_lock_wait(p); // the build, for the writer
  running_program second(p.command({"up", "--json"}));
  second.wait_for_output("waiting for the run lock: held by pid");
  writer.exec("COMMIT");
  const finished_run one(first.wait());
  const finished_run two(second.wait());
  CHECK(one.exit_code() == 0);
  CHECK(two.exit_code() == 0);
  CHECK(two.answer().text("/outcome") == "nothing_to_do");
  CHECK_FALSE(has(one.all_output() + two.all_output(), "deadlock"));
  CHECK(p.database().sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass") == "t");
  CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration") == "1");
}

TEST_CASE("a run that cannot look up who holds the run lock waits all the same") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.database().sql("CREATE TABLE gate (i int)");
  p.migration("0001_one.up.sql", "SELECT count(*) FROM gate;");
  auto gate = p.database().connect();
  gate.exec("BEGIN; LOCK TABLE gate");
  auto stranger = p.database().connect();
  running_program first(p.command({"up"}));
  wait_for_lock_wait(p);
  running_program second(p.command({"up"}));
  second.wait_for_output("waiting for the run lock: held by pid");
  stranger.exec("BEGIN; LOCK TABLE pg_authid");
  second.wait_for_output("waiting for the run lock: held by a session that cannot be named now");
  stranger.exec("COMMIT");
  gate.exec("COMMIT");
  CHECK(first.wait().exit_code == 0);
  CHECK(second.wait().exit_code == 0);
}

TEST_CASE("a run that waits longer than run_lock_timeout gives up with exit 6, names the holder, and fires failure") {
  const project p("environment = \"test\"\n[database]\nrun_lock_timeout = \"50ms\"\n" +
                  probe(R"t({ phase = "failure", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", "SELECT pg_sleep(63);");
  running_program first(p.command({"up"}));
  wait_for_statement(p, "SELECT pg_sleep(63)");
  const auto run = up(p, 6);
  CHECK(run.answer().text("/error/code") == "locked");
  CHECK(has(run.answer().text("/error/message"), "'davit lock'"));
  CHECK(has(run.messages("failure"), "run lock"));
  first.send(SIGINT);
  CHECK(first.wait().exit_code == 130);
}

TEST_CASE("a killed davit's backend that is still at work holds up the next run, which names it") {
  const project p{std::string(head)};
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(64);");
  running_program first(p.command({"up"}));
  wait_for_statement(p, "SELECT pg_sleep(64)");
  const auto pid = p.database().sql(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'davit run' AND datname = current_database()");
  first.send(SIGKILL);
  CHECK(first.wait().signal == SIGKILL);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program second(p.command({"up"}));
  second.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  CHECK(has(second.err_so_far(), "pid " + pid));
  p.database().sql("SELECT pg_terminate_backend(" + pid + ")");
  CHECK(second.wait().exit_code == 0);
  CHECK(exists(p, "one"));
}
