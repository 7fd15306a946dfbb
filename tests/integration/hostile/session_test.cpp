// What a handler does to its database session is refused, undone, or ends the migration: never half of it stays.
#include "hostile_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string sql(std::string_view statement, std::string_view at, std::string_view act = "sql") {
  return with_hostile("act = \"" + std::string(act) + "\"\nat = \"" + std::string(at) + "\"\nmore = \"" +
                      std::string(statement) + "\"");
}

constexpr std::string_view no_transaction = "-- davit: no-transaction\n";

// What a session must look like when the migration's own SQL begins, whatever a handler did before.
constexpr std::string_view shown =
    "CREATE TABLE one AS SELECT current_user AS u, session_user AS s, current_setting('search_path') AS p, "
    "current_setting('client_encoding') AS e, current_setting('work_mem') AS w, "
    "current_setting('default_transaction_read_only') AS r;";

} // namespace

TEST_CASE("a handler that ends the migration's transaction, however hidden, is refused or fails; nothing is applied") {
  for (const std::string statement :
       {"COMMIT", "ROLLBACK", "PREPARE TRANSACTION 'x'", "/* a */ -- b\\n COMMIT", ";; COMMIT AND CHAIN",
        "SELECT 1; COMMIT", "DO $$ BEGIN COMMIT; END $$", "DO $$ BEGIN ROLLBACK; END $$", "CALL commits()",
        "DO $$ BEGIN EXECUTE 'COMMIT'; END $$", "DISCARD ALL", "ROLLBACK TO SAVEPOINT davit_handler"})
    for (const std::string at : {"before_ddl", "cleanup"}) {
      CAPTURE(statement);
      CAPTURE(at);
      const hostile_project p(sql(statement, at));
      p.database().sql("CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
      const auto run = up(p, 1);
      CHECK(run.answer().text("/error/plugin") == "villain");
      CHECK(run.answer().text("/error/handler") == "strike");
      CHECK(has(run.answer().text("/error/state"), "nothing of 0001_one is in the database"));
      CHECK(has(run.answer().dump("/error"), "davit puts the session back after each handler") ==
            (statement == "DISCARD ALL"));
      check_nothing_happened(p);
    }
}

TEST_CASE("the same, hidden behind a success, fails the migration all the same") {
  for (const std::string statement : {"DO $$ BEGIN COMMIT; END $$", "SELECT 1 / 0", "DISCARD ALL"}) {
    CAPTURE(statement);
    const hostile_project p(sql(statement, "after_ddl", "sql_ok"));
    const auto run = up(p, 1);
    CHECK(has(run.answer().text("/error/message"), "aborted transaction"));
    check_nothing_happened(p);
  }
}

TEST_CASE(
    "roles, search_path, encoding and settings of a handler do not reach the migration, in its transaction or not") {
  for (const std::string statement :
       {"SET ROLE other", "SET SESSION AUTHORIZATION other", "SET search_path = nowhere",
        "SET client_encoding = LATIN1", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET work_mem = '1MB'",
        "SELECT set_config('search_path', 'nowhere', false)"})
    for (const auto prefix : {std::string_view(), no_transaction})
      for (const std::string at : {"before_ddl", "pre_execute"}) {
        CAPTURE(statement);
        CAPTURE(prefix);
        CAPTURE(at);
        const hostile_project p(sql(statement, at));
        p.database().sql("DO $$ BEGIN CREATE ROLE other; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        const std::string before = p.database().sql("SELECT concat_ws(' ', current_user, session_user, "
                                                    "current_setting('search_path'), 'UTF8', "
                                                    "current_setting('work_mem'), 'off')");
        p.migration("0001_one.up.sql", std::string(prefix) + std::string(shown));
        up(p, 0);
        CHECK(p.database().sql("SELECT concat_ws(' ', u, s, p, e, w, r) FROM one") == before);
        CHECK(p.database().sql("SELECT tableowner FROM pg_tables WHERE tablename = 'one'") == "postgres");
        CHECK(ledger(p) == "0001 applied");
      }
}

TEST_CASE("DISCARD ALL and pg_advisory_unlock_all leave davit its locks, also where there is no transaction") {
  for (const std::string statement :
       {"DISCARD ALL", "SELECT pg_advisory_unlock_all()", "RESET ALL", "DEALLOCATE ALL"}) {
    CAPTURE(statement);
    const hostile_project p(sql(statement, "before_ddl"));
    p.migration("0001_one.up.sql",
                std::string(no_transaction) +
                    "CREATE TABLE one AS SELECT DISTINCT application_name AS who FROM pg_locks JOIN pg_stat_activity "
                    "USING (pid) WHERE locktype = 'advisory' AND granted AND datname = current_database();");
    const auto run = up(p, 0);
    const bool released = statement != "RESET ALL" && statement != "DEALLOCATE ALL";
    CHECK(has(run.answer().dump("/warnings"), "plugin 'villain' at before_ddl: it released davit's lock") == released);
    CHECK(p.database().sql("SELECT string_agg(who, ', ' ORDER BY who) FROM one") == "davit lock, davit run");
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("a handler that releases the locks of all others on the session is named, once, with what to do") {
  const hostile_project p(sql("select PG_CATALOG.pg_advisory_UNLOCK_all ()", "before_ddl"));
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 0);
  CHECK(count(run.answer().dump("/warnings"), "villain") == 1);
  CHECK(
      has(run.answer().dump("/warnings"),
          "plugin 'villain', handler 'strike' at before_ddl: it has called pg_advisory_unlock_all() on the migration's "
          "session; davit's own locks are not lost by that"));
  CHECK(has(run.err(), "warning: plugin 'villain', handler 'strike' at before_ddl: it has called"));
  CHECK(has(run.err(), "let it release what it has taken itself"));
}

TEST_CASE(
    "what a handler may well want to do to its session, and what it says about locks, is no reason for a warning") {
  for (const std::string statement : {"SET ROLE postgres", "SET LOCAL ROLE NONE", "SELECT 'pg_advisory_unlock_all()'",
                                      "SELECT pg_advisory_unlock(7) -- not pg_advisory_unlock_all()"}) {
    CAPTURE(statement);
    const hostile_project p(sql(statement, "before_ddl"));
    CHECK(up(p, 0).answer().size("/warnings") == 0);
  }
}

TEST_CASE("a handler that terminates its own backend, or davit's other one, ends the run with nothing applied") {
  for (const std::string statement : {"SELECT pg_terminate_backend(pg_backend_pid())",
                                      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
                                      "application_name = 'davit lock' AND datname = "
                                      "current_database()"})
    for (const std::string act : {"sql", "sql_ok"})
      for (const std::string at : {"before_ddl", "cleanup", "pre_execute"}) {
        CAPTURE(statement);
        CAPTURE(act);
        CAPTURE(at);
        const hostile_project p(sql(statement, at, act));
        const auto run = up(p, 1);
        CAPTURE(run.answer().dump());
        CHECK(has(run.answer().text("/error/state"), "nothing of 0001_one is in the database"));
        CHECK(run.answer().integer("/done") == 0);
        check_nothing_happened(p);
      }
}

TEST_CASE("a handler that holds the migration's backend busy for good is stopped by its deadline") {
  const hostile_project p(with_hostile("act = \"sql\"\nmore = \"SELECT pg_sleep(1000)\"", "deadline = \"100ms\""));
  const auto run = up(p, 124);
  CHECK(run.answer().text("/error/plugin") == "villain");
  check_nothing_happened(p);
}

TEST_CASE("rows of a handler that break a deferred constraint fail the migration, and it is said that it may be their "
          "doing") {
  const hostile_project p(with_hostile("act = \"sql_ok\"\nat = \"after_ddl\"\nmore = \"INSERT INTO child VALUES (7)\"",
                                       "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int PRIMARY KEY); CREATE TABLE child (i int REFERENCES one "
                                 "DEFERRABLE INITIALLY DEFERRED);");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/hint"), "what plugins have written in its transaction ('villain')"));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE(
    "the side connection that waits for the lock of davit's own session waits for davit, and is told so at once") {
  const hostile_project p(with_probe(
      R"t({ phase = "pre_execute", do = "sql", side = true, sql = "SELECT pg_advisory_lock((classid::bigint << 32) | objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())" })t"));
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/phase") == "pre_execute");
  CHECK(has(run.answer().text("/error/message"), "ExclusiveLock on advisory"));
  check_nothing_happened(p);
}
