// Somebody else has locked davit's own tables: that is bounded, and said, with who it is.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

davit::postgres::connection lock_table(const project &p, const std::string &table) {
  auto c = p.database().connect();
  c.exec("SET application_name = 'forgotten psql'");
  c.exec("BEGIN");
  c.exec("LOCK TABLE davit." + table);
  return c;
}

std::string named(const davit::postgres::connection &holder, const std::string &table) {
  return "Lock on davit." + table + ", held by pid " + std::to_string(holder.backend_pid()) +
         " (user postgres, 'forgotten psql'";
}

} // namespace

TEST_CASE("commands that only look say who has locked the ledger, and give up after a while") {
  const project p(head);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  const auto holder = lock_table(p, "migration");
  running_program doctor(p.command({"doctor"}));
  const auto status = p.davit({"status"});
  CHECK(status.exit_code == 1);
  CHECK(has(status.err, "waiting for AccessShare" + named(holder, "migration")));
  CHECK(has(status.err, "error: canceling statement due to lock timeout: a statement of davit's own waited for "
                        "AccessShare" +
                            named(holder, "migration")));
  CHECK(has(doctor.wait().out, named(holder, "migration"))); // and goes through its other checks
}

TEST_CASE("a run names who has locked the ledger: when it reads, and when it writes together with COMMIT") {
  const project p(head);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  SUBCASE("reading") {
    const auto holder = lock_table(p, "run");
    const auto run = up(p, 1);
    CHECK(has(run.answer().text("/error/message"), named(holder, "run")));
    CHECK_FALSE(exists(p, "b"));
  }
  SUBCASE("with COMMIT") {
    p.configure(with_probe(R"t({ phase = "cleanup", do = "sql", sql = "SELECT 1 FROM pg_sleep(0)" })t"));
    auto holder = p.database().connect();
    holder.exec("SET application_name = 'forgotten psql'");
    holder.exec("BEGIN");
    holder.exec("LOCK TABLE davit.migration IN SHARE ROW EXCLUSIVE MODE"); // it can still be read
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/sqlstate") == "55P03");
    CHECK(has(run.answer().text("/error/message"), "the row of 2_b could not be written to the ledger: "));
    CHECK(has(run.answer().text("/error/hint"), "has let go of davit's tables"));
    CHECK(run.outcomes("cleanup") == "ok"); // to begin anew would not help
    CHECK(has(run.answer().text("/error/detail"), "it waited for RowExclusive" + named(holder, "migration")));
    CHECK_FALSE(run.answer().has("/error/file")); // the file has no part in that
    CHECK_FALSE(exists(p, "b"));
    holder.exec("ROLLBACK");
    CHECK(up(p, 0).answer().integer("/done") == 1);
  }
}

TEST_CASE("a dry run waits for the ledger as a run does, whatever lock_timeout is") {
  const auto with_lock_timeout = [](const std::string &time) {
    return "environment = \"test\"\n[database]\nlock_timeout = \"" + time + "\"\n";
  };
  const project p(with_lock_timeout("1ms"));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  auto holder = p.database().connect();
  holder.exec("SET application_name = 'forgotten psql'");
  holder.exec("BEGIN; LOCK TABLE davit.migration IN SHARE MODE");
  SUBCASE("long enough") {
    running_program davit(p.command({"up", "--dry-run", "--json"}));
    wait_for_lock_wait(p);
    holder.exec("ROLLBACK");
    CHECK(finished_run(davit.wait()).exit_code() == 0);
  }
  SUBCASE("not for ever") {
    p.configure(with_lock_timeout("0"));
    const auto run = davit_run(p, {"up", "--dry-run"}, 1);
    CHECK(has(run.answer().text("/error/message"), "the row of 2_b could not be written to the ledger: "));
    CHECK(has(run.answer().text("/error/detail"), "it waited for RowExclusive" + named(holder, "migration")));
    CHECK(run.answer().text("/error/hint") ==
          "wait until that session has let go of davit's tables, or end it, then run davit again");
    CHECK_FALSE(run.answer().has("/error/file"));
  }
  SUBCASE("where the run has its row") {
    holder.exec("ROLLBACK; BEGIN; LOCK TABLE davit.run IN SHARE MODE");
    const auto run = davit_run(p, {"up", "--dry-run"}, 1);
    CHECK(has(run.answer().text("/error/message"),
              "a statement of davit's own waited for RowExclusive" + named(holder, "run")));
    CHECK(has(run.answer().text("/error/hint"), "let go of davit's tables"));
  }
}

TEST_CASE("so does a migration without a transaction, whose statements are all done by then") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"1ms\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  p.migration("2_b.up.sql", "-- davit: no-transaction\nCREATE TABLE b ();");
  auto holder = p.database().connect();
  holder.exec("SET application_name = 'forgotten psql'");
  holder.exec("BEGIN; LOCK TABLE davit.migration IN SHARE ROW EXCLUSIVE MODE");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("waiting for RowExclusive" + named(holder, "migration"));
  SUBCASE("and is recorded when it can be") {
    holder.exec("ROLLBACK");
    CHECK(finished_run(davit.wait()).exit_code() == 0);
    CHECK(ledger(p) == "1 applied, 2 applied");
  }
  SUBCASE("and not when the run is told to stop") {
    davit.send(SIGTERM);
    wait_until("the row is given up", [&] {
      return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                              "application_name = 'davit run' AND datname = current_database()") == "0";
    });
    holder.exec("ROLLBACK");
    const finished_run run(davit.wait());
    CHECK(run.exit_code() == 143);
    CHECK(
        run.answer().text("/error/state").starts_with("2_b has no transaction: its only statement is in the database"));
    CHECK(ledger(p) == "1 applied, 2 partial");
  }
}

TEST_CASE("a run that is told to stop does not wait for the end of a lock on the ledger") {
  // A server that did not answer at all would not get that much time.
  const project p("environment = \"test\"\n[run]\ngrace = \"100ms\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  p.migration("2_b.up.sql", "SELECT pg_sleep(30);");
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "pg_sleep(30)");
  const auto holder = lock_table(p, "run, davit.run_migration");
  davit.send(SIGTERM);
  const auto ended = davit.wait();
  CHECK(ended.exit_code == 143);
  CHECK(has(ended.err, "1:1: the run was stopped by SIGTERM"));
  CHECK(has(ended.err, "could not be recorded"));
  CHECK(has(ended.err, "a statement of davit's own waited for RowExclusive" + named(holder, "run")));
}
