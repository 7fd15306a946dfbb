// A migration without a transaction that stopped: what is said of it, and that going on does nothing twice.
#include "half_way.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";

std::string rows_of(const project &p, const std::string &table = "t") {
  return p.database().sql("SELECT string_agg(x::text, ' ' ORDER BY x) FROM " + table);
}

std::string schema_of(const project &p, const std::string &table) {
  return p.database().sql("SELECT relnamespace::regnamespace FROM pg_class WHERE relname = '" + table + "'");
}

} // namespace

TEST_CASE("what is resumed goes on behind the stop, also where its file needs no mode of its own any more") {
  const std::string first = "CREATE TABLE t (x int);\nINSERT INTO t VALUES (1);\n";
  std::string now;
  SUBCASE("the statement that needed it was changed") { now = first; }
  SUBCASE("it is wrapped in BEGIN and COMMIT") { now = "BEGIN;\n" + first; }
  const project p;
  p.migration("0001_t.up.sql", first + "CREATE INDEX CONCURRENTLY i ON missing (x);");
  up(p, 1);
  p.migration("0001_t.up.sql", now + "CREATE INDEX i ON t (x);" + (now == first ? "" : "\nCOMMIT;"));
  resume(p);
  CHECK(has(p.davit({"plan"}).out, "going on after statement 2"));
  CHECK_FALSE(has(p.davit({"plan"}).out, "INSERT INTO"));
  CHECK(p.davit({"up", "--dry-run"}).exit_code == 0);
  up(p, 0);
  CHECK(rows_of(p) == "1");
  CHECK(exists(p, "i"));
}

TEST_CASE("AND CHAIN is refused where davit could not tell how far it got") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "BEGIN;\nCREATE TABLE t (x int);\nCOMMIT AND CHAIN;\nCOMMIT;");
  const auto run = up(p, 3);
  CHECK(run.answer().text("/error/code") == "migration_syntax");
  CHECK(run.answer().integer("/error/line") == 4);
  CHECK_FALSE(exists(p, "t"));
}

TEST_CASE("a statement that failed after it had committed something is no statement that did nothing") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.database().sql("CREATE PROCEDURE batches() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT "
                   "INTO t VALUES (2); COMMIT; PERFORM 1 / 0; END $$");
  std::string statement;
  SUBCASE("DO") {
    statement =
        "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); COMMIT; PERFORM 1 / 0; END $$;";
  }
  SUBCASE("CALL") { statement = "CALL batches();"; }
  SUBCASE("DO that calls") { statement = "DO $$ BEGIN CALL batches(); END $$;"; }
  p.migration("0001_t.up.sql", std::string(marked) + statement + "\nINSERT INTO t VALUES (3);");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/state"), "none of its 2 statements is completed"));
  CHECK(has(run.answer().text("/error/state"), "had ended transactions of its own before: what they did stays"));
  CHECK(ledger(p) == "0001 partial");
  const auto refused = up(p, 6);
  CHECK(has(refused.answer().text("/error/message"), "statement 1 of its up file failed, but may be done in part"));
  CHECK(rows_of(p) == "1 2");
  CHECK(has(p.davit({"status"}).out, "stopped in statement 1, which failed, but may be done in part"));
  const auto explained = p.davit({"repair"}).out;
  CHECK(has(explained, "statement 1 failed, but may be done in part: look at the database"));
  CHECK(has(explained, "davit repair 0001 --resume --after 1"));
  resume(p, {"--after", "1"});
  up(p, 0);
  CHECK(rows_of(p) == "1 2 3");
}

TEST_CASE("a CALL that fails in its first transaction did nothing, and is simply tried again") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.database().sql(
      "CREATE PROCEDURE one() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1 / (SELECT count(*) FROM "
      "gate)); END $$");
  p.database().sql("CREATE TABLE gate (x int)");
  p.migration("0001_t.up.sql", std::string(marked) + "CALL one();");
  CHECK(has(up(p, 1).answer().text("/error/state"), "nothing of 0001_t is in the database"));
  p.database().sql("INSERT INTO gate VALUES (1)");
  up(p, 0);
  CHECK(rows_of(p) == "1");
}

TEST_CASE("a statement of several transactions that davit was killed in may be completed: that is said, and chosen") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.database().sql("CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM "
                   "pg_sleep(2); INSERT INTO t VALUES (2); COMMIT; END $$");
  p.migration("0001_t.up.sql",
              std::string(marked) + "INSERT INTO t VALUES (0);\nCALL slow();\nINSERT INTO t VALUES (3);");
  kill_in(p, "CALL slow()");
  const auto refused = up(p, 6);
  CHECK(has(refused.answer().text("/error/message"), "how much of statement 2 is, too, is not known"));
  const auto explained = p.davit_json({"repair"});
  CHECK(explained.text("/stopped/0/choices/1/option") == "--resume --after 2");
  CHECK(explained.boolean("/stopped/0/next_unsure"));
  CHECK(p.davit({"repair", "0001", "--resume", "--after", "4"}).exit_code == 2);
  CHECK(p.davit({"repair", "0001", "--after", "2"}).exit_code == 2);
  CHECK(has(resume(p, {"--after", "2"}).out, "after statement 2"));
  up(p, 0);
  CHECK(rows_of(p) == "0 1 2 3");
}

TEST_CASE("DETACH CONCURRENTLY and DROP INDEX CONCURRENTLY that were stopped have done a part, and that is recorded") {
  const project p;
  p.database().sql("CREATE TABLE p (x int) PARTITION BY RANGE (x)");
  p.database().sql("CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (10)");
  p.database().sql("CREATE INDEX i ON t (x)");
  auto reader = p.database().connect();
  std::string statement;
  SUBCASE("DETACH") {
    statement = "ALTER TABLE p DETACH PARTITION t CONCURRENTLY;";
    reader.exec("BEGIN; SELECT count(*) FROM p");
  }
  SUBCASE("DROP INDEX") {
    statement = "DROP INDEX CONCURRENTLY i;";
    reader.exec("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE");
  }
  p.migration("0001_t.up.sql", statement);
  running_program davit(p.command({"up", "--json"}));
  wait_for_lock_wait(p);
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(has(run.answer().text("/error/state"), "what they did stays"));
  CHECK(ledger(p) == "0001 partial");
}

TEST_CASE("a dry run does not go past what a killed run left, as the run does not") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE t (x int);\nSELECT pg_sleep(2);");
  kill_in(p, "SELECT pg_sleep(2)");
  CHECK(davit_run(p, {"up", "--dry-run"}, 6).answer().text("/error/code") == "partly_applied");
  CHECK(up(p, 6).answer().text("/error/code") == "partly_applied");
}

TEST_CASE("what is resumed finds the session as its first part had left it") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  std::string first, expected = "app";
  SUBCASE("SET") { first = "SET search_path = app;"; }
  SUBCASE("set_config, as in a dump") { first = "SELECT pg_catalog.set_config('search_path', 'app', false);"; }
  SUBCASE("SET in a transaction of the file's") { first = "BEGIN; SET search_path = app; COMMIT;"; }
  SUBCASE("SET that was rolled back") {
    first = "BEGIN; SET search_path = app; ROLLBACK;";
    expected = "public";
  }
  SUBCASE("SET behind a transaction that was prepared") {
    first = "BEGIN; CREATE TABLE z (); PREPARE TRANSACTION 'z'; COMMIT PREPARED 'z'; SET search_path = app; BEGIN; "
            "ROLLBACK;";
  }
  SUBCASE("SET LOCAL") {
    first = "BEGIN; SET LOCAL search_path = app; COMMIT;";
    expected = "public";
  }
  SUBCASE("the last of several") {
    first = "SET search_path = public; SELECT set_config('search_path', 'app', false); RESET work_mem;";
  }
  SUBCASE("SET and RESET ALL") {
    first = "SET search_path = app; RESET ALL;";
    expected = "public";
  }
  SUBCASE("SET and DISCARD ALL") {
    first = "SET search_path = app; DISCARD ALL;";
    expected = "public";
  }
  p.migration("0001_t.up.sql",
              std::string(marked) + first + "\nCREATE TABLE a ();\nCREATE TABLE b (x int DEFAULT later());");
  up(p, 1);
  p.database().sql("CREATE FUNCTION later() RETURNS int LANGUAGE sql RETURN 1; ALTER FUNCTION later() SET SCHEMA " +
                   expected);
  resume(p);
  up(p, 0);
  CHECK(schema_of(p, "a") == expected);
  CHECK(schema_of(p, "b") == expected);
}

TEST_CASE("what cannot be set again is in nobody's way where a later statement has set it anew") {
  const project p;
  const std::string role = "gone_" + p.database().name();
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE ROLE " + role + ";\nSET ROLE " + role +
                                   ";\nSELECT 1;\nRESET ROLE;\nDROP ROLE " + role +
                                   ";\nCREATE TABLE a ();\nSELECT * FROM missing;");
  up(p, 1);
  p.database().sql("CREATE TABLE missing ()");
  resume(p);
  up(p, 0);
}

TEST_CASE("what cannot be set again, and counts, stops the file before anything goes on without it") {
  const project p;
  const std::string role = "gone_" + p.database().name();
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE ROLE " + role + ";\nSET ROLE " + role +
                                   ";\nSELECT 1;\nSELECT * FROM missing;\nCREATE TABLE a ();");
  up(p, 1);
  p.database().sql("CREATE TABLE missing (); DROP ROLE " + role);
  resume(p);
  const auto run = up(p, 1);
  CHECK(run.answer().integer("/error/line") == 3);
  CHECK(has(run.answer().text("/error/hint"), "davit repair 0001 --applied"));
  CHECK_FALSE(exists(p, "a"));
}

TEST_CASE("what cannot be brought back to the session is named before anything goes on without it") {
  const project p;
  p.migration("0001_t.up.sql",
              std::string(marked) + "CREATE TEMP TABLE x (i int);\nCREATE TABLE a (i int);\nSELECT * FROM missing;");
  up(p, 1);
  CHECK(has(p.davit({"repair"}).out, "runs without it: temporary table x;"));
  p.database().sql("CREATE TABLE missing ()");
  CHECK(has(resume(p).err, "runs without it: temporary table x;"));
  CHECK(has(up(p, 0).err(), "runs without it: temporary table x;"));
}

TEST_CASE("of a session that could not be asked, what a routine that was called may have left there is named") {
  const project p;
  p.database().sql("CREATE SCHEMA app; CREATE TABLE t (x int)");
  p.database().sql("CREATE FUNCTION app.sets() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET app.tenant = 1; END $$");
  p.database().sql("CREATE PROCEDURE through_another() LANGUAGE sql AS $$ SELECT app.sets() $$");
  p.database().sql("CREATE FUNCTION sets_nothing() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET x = 1; SET "
                   "LOCAL work_mem = '1MB'; PERFORM set_config('work_mem', '1MB', true); END $$");
  std::string called, words;
  SUBCASE("a function") {
    called = "SELECT app.sets()";
    words = "0001_t.up.sql:2:1: what this statement, by calling sets(), may have left";
  }
  SUBCASE("a procedure that calls it") {
    called = "CALL through_another()";
    words = "0001_t.up.sql:2:1: what this statement, by calling through_another(), may have left";
  }
  SUBCASE("one that makes something temporary") {
    p.database().sql(
        "CREATE FUNCTION makes() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE held (); END $$");
    called = "SELECT makes()";
    words = "0001_t.up.sql:2:1: what this statement, by calling makes(), may have left";
  }
  SUBCASE("one that sets nothing") { called = "SELECT sets_nothing()"; }
  p.migration("0001_t.up.sql", std::string(marked) + called + ";\nSELECT pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  const auto explained = p.davit({"repair"}).out;
  resume(p);
  const auto run = up(p, 0);
  if (words.empty()) {
    CHECK_FALSE(has(explained + run.err(), "may have left"));
    CHECK(has(explained, "0001_t.up.sql:2:1: what functions, triggers, defaults or views have set"));
  } else {
    CHECK(has(explained, words));
    CHECK(has(run.err(), words));
  }
}

TEST_CASE("what the file itself has thrown away is not named as lost with the session") {
  const project p;
  p.migration("0001_t.up.sql",
              std::string(marked) + "CREATE TEMP TABLE x (i int);\nDISCARD ALL;\nSELECT * FROM missing;");
  up(p, 1);
  CHECK_FALSE(has(p.davit({"repair"}).out, "what this statement may have left"));
}

TEST_CASE("an index of the same name is not taken for that of a statement that was changed since") {
  const project p;
  p.database().sql("CREATE TABLE t (a int, b int)");
  auto reader = p.database().connect();
  reader.exec("BEGIN; INSERT INTO t VALUES (1)");
  p.migration("0001_t.up.sql", "CREATE INDEX CONCURRENTLY i ON t (a);");
  {
    running_program davit(p.command({"up"}));
    wait_for_lock_wait(p);
    davit.send(SIGKILL);
    davit.wait();
  }
  reader.exec("COMMIT");
  wait_until_davit_is_gone(p);
  p.migration("0001_t.up.sql", "CREATE INDEX CONCURRENTLY i ON t (b);");
  resume(p);
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/sqlstate") == "42P07");
  p.database().sql("DROP INDEX i");
  resume(p);
  up(p, 0);
  CHECK(has(p.database().sql("SELECT pg_get_indexdef('i'::regclass)"), "(b)"));
}

TEST_CASE("a trigger that keeps davit from writing down how far it got stops the file before its first statement") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one ();");
  up(p, 0);
  p.database().sql("CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
  p.database().sql("CREATE TRIGGER nothing BEFORE INSERT ON davit.progress FOR EACH ROW EXECUTE FUNCTION nothing()");
  p.migration("0002_t.up.sql", std::string(marked) + "CREATE TABLE t (x int);");
  const auto run = up(p, 6);
  CHECK(has(run.answer().text("/error/message"), "progress did not take how far migration 0002 has got"));
  CHECK_FALSE(exists(p, "t"));
}

TEST_CASE("a transaction that the file has prepared is done, whatever becomes of it, and not run again") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.migration("0001_t.up.sql", std::string(marked) +
                                   "BEGIN;\nINSERT INTO t VALUES (1);\nPREPARE TRANSACTION 'half';\nBEGIN;\nSELECT "
                                   "pg_sleep(2);\nCOMMIT;\nCOMMIT PREPARED 'half';\nINSERT INTO t VALUES (2);");
  kill_in(p, "pg_sleep(2)");
  CHECK(has(up(p, 6).answer().text("/error/message"), "the first 3 statements of its up file"));
  resume(p);
  up(p, 0);
  CHECK(rows_of(p) == "1 2");
}

TEST_CASE("a file that gives up the locks of its session is waited for all the same") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.database().sql("CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM "
                   "pg_sleep(2); INSERT INTO t VALUES (2); COMMIT; END $$");
  std::string gives_up;
  SUBCASE("all of them") { gives_up = "SELECT pg_advisory_unlock_all();"; }
  SUBCASE("DISCARD ALL") { gives_up = "DISCARD ALL;"; }
  p.migration("0001_t.up.sql", std::string(marked) + gives_up + "\nCALL slow();");
  running_program killed(p.command({"up"}));
  wait_for_statement(p, "CALL slow()");
  killed.send(SIGKILL);
  killed.wait();
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  CHECK(davit.wait().exit_code == 6);
  CHECK(rows_of(p) == "1 2");
}

TEST_CASE("a COMMIT behind what has given up the locks of the session is waited for as well") {
  const project p;
  p.database().sql("CREATE TABLE t (x int); CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "PERFORM pg_sleep(NEW.x - 1); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t "
                   "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()");
  std::string statements;
  SUBCASE("of a statement") { statements = "DISCARD ALL;\nINSERT INTO t VALUES (3);"; }
  SUBCASE("of a transaction of the file's own") {
    statements = "BEGIN;\nINSERT INTO t VALUES (3);\nSELECT pg_advisory_unlock_all();\nCOMMIT;";
  }
  p.migration("0001_t.up.sql", std::string(marked) + statements);
  running_program killed(p.command({"up"}));
  wait_for_statement(p, "COMMIT");
  killed.send(SIGKILL);
  killed.wait();
  CHECK(has(p.davit({"status"}).out, "a session that it has left behind is still at work"));
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  CHECK(davit.wait().exit_code == 6);
  CHECK(rows_of(p) == "3");
}

TEST_CASE("statements that change nothing in this database are done as well") {
  const project p;
  p.migration("0001_t.up.sql",
              std::string(marked) + "CREATE TABLE a ();\nSELECT 1;\nSELECT 2;\nCREATE TABLE b (x nope);");
  CHECK(has(up(p, 1).answer().text("/error/state"), "its first 3 of 4 statements"));
  CHECK(has(p.davit({"status"}).out, "stopped after statement 3"));
  CHECK(p.database().sql("SELECT statements_done FROM davit.migration") == "3");
}

TEST_CASE(
    "what a statement has done outside of the database before PostgreSQL refuses it in a block is not done twice") {
  const project p;
  p.database().sql("CREATE EXTENSION dblink; CREATE TABLE log (x int); CREATE TABLE t (x int)");
  p.database().sql("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$");
  p.database().sql(
      "CREATE FUNCTION outside() RETURNS void LANGUAGE sql AS $$ SELECT dblink_exec(format('host=%s port=%s "
      "dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), "
      "current_setting('port'), current_database(), current_user), 'INSERT INTO log VALUES (1)') $$");
  std::string call;
  int exit_code = 0;
  SUBCASE("a CALL is sent without a block from the beginning") { call = "CALL p();"; }
  SUBCASE("a hidden one is not sent again") {
    call = "EXECUTE concat('CA', 'LL p()');";
    exit_code = 1;
  }
  p.migration("0001_t.up.sql", std::string(marked) + "DO $$ BEGIN PERFORM outside(); " + call + " END $$;");
  const auto run = up(p, exit_code);
  CHECK(rows_of(p, "log") == "1");
  if (exit_code == 0) return;
  CHECK(has(run.answer().text("/error/hint"), "it was not sent again without a transaction"));
  CHECK(has(run.answer().text("/error/state"), "may have done outside of the database stays"));
  CHECK(ledger(p) == "0001 partial");
  CHECK(has(p.davit({"repair"}).out, "was done is not known: look at the database"));
}

TEST_CASE("what a statement that failed has done outside of the database is told as the ledger has it") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) +
                                   "COPY (SELECT 1 UNION ALL SELECT 1 / (random() * 0)::int) TO PROGRAM "
                                   "'cat > /dev/null';");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/state"),
            "its only statement is not completed; what the statement that failed may "
            "have done outside of the database stays"));
  CHECK(run.answer().text("/migrations/0/outcome") == "partial");
  CHECK(has(p.davit({"status"}).out, "stopped in statement 1, which may be done"));
}

TEST_CASE("how far a file got is written down at the second try, where the first one fails") {
  const project p;
  p.migration("0001_zero.up.sql", "CREATE TABLE zero ();");
  up(p, 0);
  p.database().sql("CREATE SEQUENCE tries; CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "IF NEW.statements_done = 2 AND NEW.session_settings IS NULL AND pg_catalog.nextval('public.tries') "
                   "= 1 THEN RAISE 'not now'; END IF; "
                   "RETURN NEW; END $$; CREATE TRIGGER once BEFORE INSERT OR UPDATE ON davit.progress FOR EACH ROW "
                   "EXECUTE FUNCTION once()");
  p.migration("0002_two.up.sql",
              "-- davit: no-transaction\nCREATE TABLE b ();\nSELECT pg_sleep(0);\nCREATE TABLE c ();");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/message"), "not now"));
  CHECK(has(run.answer().text("/error/state"), "its first 2 of 3 statements"));
  CHECK(p.database().sql("SELECT last_value FROM tries") == "2");
  CHECK(has(p.davit({"status"}).out, "stopped after statement 2"));
}

TEST_CASE("what a copy of the database has as begun is not decided by the transactions of where the copy is") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE a ();\nCREATE TABLE b ();\nSELECT pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  CHECK(p.database().sql("SELECT place = system_identifier || '/' || oid FROM davit.progress, pg_control_system(), "
                         "pg_database WHERE datname = current_database()") == "t");
  std::string words;
  SUBCASE("here") { words = "the first 2 of 3 statements of its up file are in the database, the rest is not"; }
  SUBCASE("a place that is not known, as of an older davit") {
    p.database().sql("UPDATE davit.progress SET place = NULL, written_in = NULL");
    words = "the first 2 of 3 statements of its up file are in the database, the rest is not";
  }
  SUBCASE("elsewhere") {
    p.database().sql("UPDATE davit.progress SET place = '1/1', written_in = pg_current_xact_id()");
    words = "how much of statement 2 is, too, is not known";
  }
  SUBCASE("here, but restored from a dump, which may be older than that transaction's COMMIT") {
    p.database().sql("CREATE TEMP TABLE dump AS TABLE davit.progress; DELETE FROM davit.progress; INSERT INTO "
                     "davit.progress TABLE dump");
    words = "how much of statement 2 is, too, is not known";
  }
  CHECK(has(p.davit({"repair"}).out, words));
  resume(p);
  CHECK(has(p.davit({"repair"}).out, words));
}

TEST_CASE("what the server has forgotten of a transaction of long ago is not known, and not undone") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE a ();\nCREATE TABLE b ();\nSELECT pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  REQUIRE(p.database().sql("SELECT pg_xact_status('3') IS NULL") == "t"); // older than the server itself
  p.database().sql("UPDATE davit.progress SET xid = '3', written_in = pg_current_xact_id()");
  const std::string words = "how much of statement 2 is, too, is not known";
  CHECK(has(p.davit({"repair"}).out, words));
  CHECK(has(up(p, 6).answer().text("/error/message"), words));
  resume(p, {"--after", "2"});
  up(p, 0);
}

TEST_CASE("a resumed transaction of the file's own that davit is killed in is as uncertain as it was before") {
  const project p;
  p.database().sql("CREATE TABLE gate ()");
  p.migration("0001_t.up.sql", std::string(marked) +
                                   "CREATE TABLE a ();\nBEGIN;\nSELECT pg_sleep((SELECT count(*) FROM "
                                   "gate));\nCREATE TABLE b ();\nCOMMIT;\nSELECT pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  p.database().sql("UPDATE davit.progress SET place = '1/1', written_in = pg_current_xact_id(); DROP TABLE b; "
                   "INSERT INTO gate DEFAULT VALUES; INSERT INTO gate DEFAULT VALUES");
  const std::string way_on = "davit repair 0001 --resume --after 5";
  CHECK(has(p.davit({"repair"}).out, way_on));
  resume(p);
  kill_in(p, "pg_sleep((SELECT");
  CHECK(has(p.davit({"repair"}).out, way_on));
  CHECK(has(p.davit({"repair"}).out, "how much of statements 2 to 5 is, too, is not known"));
}

TEST_CASE("of a transaction of the file's own that may be done, the way on is behind all of it") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE a ();\nBEGIN;\nCREATE TABLE b ();\nCOMMIT;\nSELECT "
                                                     "pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  p.database().sql("UPDATE davit.progress SET place = '1/1', written_in = pg_current_xact_id()");
  const auto said = p.davit({"repair"}).out;
  CHECK(has(said, "how much of statements 2 to 4 is, too, is not known"));
  CHECK(has(said, "davit repair 0001 --resume --after 4"));
  p.migration("0001_t.up.sql",
              std::string(marked) + "CREATE TABLE a ();\nBEGIN;\nCREATE TABLE b ();\nCOMMIT;\nSELECT 1;");
  resume(p, {"--after", "4"});
  up(p, 0);
}
