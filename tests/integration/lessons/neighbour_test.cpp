// What other sessions of the database do must not disturb a run, nor the run them.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("of two runs at the same moment the second waits, then looks what is pending, and exits with 0") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.database().sql("CREATE TABLE gate (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); ALTER TABLE gate ADD j int;");
  auto gate = p.database().connect();
  gate.exec("BEGIN; LOCK TABLE gate");
  running_program first(p.command({"up", "--json"}));
  wait_for_lock_wait(p);
  running_program second(p.command({"up", "--json"}));
  second.wait_for_output("waiting for the run lock");
  gate.exec("COMMIT");
  CHECK(json(first.wait().out).text("/outcome") == "applied");
  const auto result = second.wait();
  CHECK(result.exit_code == 0);
  CHECK(json(result.out).text("/outcome") == "nothing_to_do");
}

TEST_CASE("an idle reader of davit's own tables holds up no run") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"500ms\"\n");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  auto reader = p.database().connect();
  reader.exec("BEGIN");
  for (const char *table : {"ledger", "migration", "run", "run_migration", "hook_call", "progress"})
    reader.exec("SELECT count(*) FROM davit." + std::string(table));
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  up(p, 0);
  up(p, 0);
}

TEST_CASE("lock_timeout does not strike CREATE INDEX CONCURRENTLY, which would leave an INVALID index") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"20ms\"\nlock_retries = 0\n");
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_i.up.sql", "CREATE INDEX CONCURRENTLY t_i ON t (i);");
  auto writer = p.database().connect();
  writer.exec("BEGIN; INSERT INTO t VALUES (1)");
  running_program davit(p.command({"up"}));
  wait_until("waiting for ten times lock_timeout", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'davit run' AND datname = "
                            "current_database() AND wait_event_type = 'Lock' AND "
                            "clock_timestamp() - query_start > interval '200 ms'") == "1";
  });
  writer.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  CHECK(p.database().sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass") == "t");
}

TEST_CASE("an INVALID index is dropped before its statement is tried again") {
  const project p;
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i UNION ALL SELECT 1");
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY t_i ON t (i);");
  CHECK(has(up(p, 1).answer().text("/error/hint"), "DROP INDEX CONCURRENTLY \"public\".\"t_i\""));
  p.database().sql("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
  davit_run(p, {"repair", "0001", "--resume"}, 0);
  up(p, 0);
  CHECK(p.database().sql("SELECT indisvalid FROM pg_index WHERE indrelid = 't'::regclass") == "t");
}

TEST_CASE("IF NOT EXISTS does not make an INVALID index a success") {
  const project p;
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i UNION ALL SELECT 1");
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY t_i ON t (i)"));
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_i ON t (i);");
  CHECK(up(p, 1).answer().text("/error/code") == "invalid_index");
  CHECK(ledger(p) != "0001 applied");
}
