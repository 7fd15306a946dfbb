// Around COMMIT: what fires before it, what after it, and what happens when it fails.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE(
    "post_execute fires after COMMIT: another session sees the migration and its ledger row, and at cleanup not") {
  const std::string look =
      R"t(do = "sql", side = true, sql = "SELECT (to_regclass('one') IS NOT NULL) || ' ' || (SELECT count(*) FROM davit.migration)")t";
  const project p(with_probe(action(R"t(phase = "cleanup")t", look) + action(R"t(phase = "post_execute")t", look)));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(run.messages("cleanup") == "false 0");
  CHECK(run.messages("post_execute") == "true 1");
}

TEST_CASE("a COMMIT that fails goes to on_error with the server's error, and post_execute does not fire") {
  const project p(with_probe(R"t(
    { phase = "cleanup", do = "report", text = "last" },
    { phase = "post_execute", do = "report", text = "too early" },
    { phase = "success", do = "report", text = "wrong" },
    { phase = "on_error", do = "describe", text = "error" },
    { phase = "failure", do = "describe", text = "error" })t"));
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "INSERT INTO child VALUES (1);");
  const auto run = up(p, 1);
  CHECK(run.phases() == "cleanup on_error failure");
  CHECK(has(run.messages("on_error"), "sqlstate=23503"));
  CHECK(has(run.messages("on_error"), "child_i_fkey"));
  CHECK(run.messages("failure") == run.messages("on_error"));
  CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
  CHECK(p.database().sql("SELECT count(*) FROM child") == "0");
  CHECK(ledger(p) == "");
}

TEST_CASE("a handler's own COMMIT that fails is the handler's failure") {
  const project p(with_probe(R"t({ phase = "pre_execute", do = "sql", sql = "INSERT INTO child VALUES (1)" })t"));
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 1);
  CHECK(run.outcomes("pre_execute") == "failed");
  CHECK(run.answer().text("/error/sqlstate") == "23503");
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("rows that a handler wrote, and whose COMMIT was refused, are not counted anywhere: they are not there") {
  const project p(with_probe(
      R"t({ phase = "post_execute", do = "sql", sql = "INSERT INTO child SELECT generate_series(1, 4)" })t"));
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 1);
  CHECK(p.database().sql("SELECT count(*) FROM child") == "0");
  CHECK(p.database().sql("SELECT outcome, rows_affected FROM davit.hook_call") == "failed|0");
  CHECK_FALSE(has(run.all_output(), "4 rows"));
  CHECK_FALSE(has(run.all_output(), "\"rows_affected\": 4"));
  CHECK(exists(p, "one"));
}

TEST_CASE("nor are those of a handler that fails later; without a transaction they are there, and count") {
  for (const bool transaction : {true, false}) {
    CAPTURE(transaction);
    const project p(with_probe(R"t(
      { phase = "after_ddl", do = "sql", sql = "INSERT INTO audit SELECT generate_series(1, 4)" },
      { phase = "after_ddl", do = "fail" })t",
                               "on_failure = \"warn\""));
    p.database().sql("CREATE TABLE audit (i int)");
    p.migration("0001_one.up.sql",
                std::string(transaction ? "" : "-- davit: no-transaction\n") + "CREATE TABLE one (i int);");
    const auto run = up(p, 0);
    const std::string there = p.database().sql("SELECT count(*) FROM audit");
    CHECK(there == (transaction ? "0" : "4"));
    CHECK(p.database().sql("SELECT outcome, rows_affected FROM davit.hook_call") == "failed|" + there);
    CHECK(has(run.err(), "4 rows") == !transaction);
    CHECK(std::to_string(run.answer().integer("/hooks/0/rows_affected")) == there);
  }
}

TEST_CASE("each call is listed with its migration, those after COMMIT too, and those of the run with none") {
  const project p(with_probe(at_every_phase(R"(do = "report", text = "here")")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.down.sql", "DROP TABLE one;");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  p.migration("0002_two.down.sql", "DROP TABLE two;");
  const auto listed = [](const finished_run &run) {
    std::string out;
    for (std::size_t i = 0; i < run.answer().size("/hooks"); ++i) {
      const std::string at = "/hooks/" + std::to_string(i);
      const std::string of = run.answer().has(at + "/migration") ? run.answer().text(at + "/migration") : "";
      out += run.answer().text(at + "/phase") + "|" + of + "\n";
    }
    return out;
  };
  const auto recorded = [&p](const finished_run &run) {
    return p.database().sql("SELECT phase, migration FROM davit.hook_call WHERE run::text = '" +
                            run.answer().text("/run") + "' ORDER BY ordinal") +
           "\n";
  };
  for (const auto &run : {up(p, 0), davit_run(p, {"down", "--steps", "2"}, 0)}) CHECK(listed(run) == recorded(run));
}

TEST_CASE(
    "where the migration's COMMIT is refused, its handlers' work goes with it, and the record of their calls stays") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "INSERT INTO audit SELECT generate_series(1, 4)" },
    { phase = "on_error", do = "sql", sql = "INSERT INTO audit VALUES (7)" })t"));
  p.database().sql("CREATE TABLE audit (i int); CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "INSERT INTO child VALUES (1);");
  up(p, 1);
  CHECK(p.database().sql("SELECT i FROM audit") == "7");
  CHECK(p.database().sql("SELECT migration, phase, outcome, rows_affected FROM davit.hook_call ORDER BY ordinal") ==
        "0001|after_ddl|ok|4\n0001|on_error|ok|1");
  CHECK(p.database().sql("SELECT version, outcome FROM davit.run_migration") == "0001|failed");
  CHECK(p.database().sql("SELECT count(*) FROM davit.migration") == "0");
}

TEST_CASE("on_error fires after the rollback and works in a transaction of its own") {
  const project p(with_probe(R"t(
    { phase = "on_error", do = "sql", sql = "SELECT to_regclass('one') IS NULL", expect = "t" },
    { phase = "on_error", do = "sql", sql = "INSERT INTO audit VALUES ('failed')" })t"));
  p.database().sql("CREATE TABLE audit (what text)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT 1 / 0;");
  CHECK(up(p, 1).outcomes("on_error") == "ok");
  CHECK(p.database().sql("SELECT * FROM audit") == "failed");
}

TEST_CASE(
    "a session that ends while deferred constraints are checked is told as that, not as a constraint that failed") {
  const project p;
  p.database().sql(
      "CREATE TABLE one (i int); CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'; CREATE CONSTRAINT TRIGGER leave AFTER "
      "INSERT ON one DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leave()");
  p.migration("0001_one.up.sql", "INSERT INTO one VALUES (1);");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(run.answer().text("/error/hint").starts_with("the server has rolled back what was not committed"));
  CHECK_FALSE(has(run.all_output(), "deferred"));
}

TEST_CASE("a session that is lost: the phases after it say that there is no connection, and the run is recorded") {
  const project p(with_probe(R"t(
    { phase = "on_error", do = "info", key = "run.connected" },
    { phase = "on_error", do = "sql", sql = "SELECT 1", catch = true },
    { phase = "failure", do = "info", key = "run.connected" },
    { phase = "failure", do = "sql", side = true, sql = "SELECT 7" },
    { phase = "before_ddl", do = "info", key = "run.connected" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_terminate_backend(pg_backend_pid());");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(run.messages("before_ddl") == "true");
  CHECK(run.messages("on_error").starts_with("false; STATE: "));
  CHECK(run.messages("failure") == "false; 7");
  CHECK_FALSE(exists(p, "one"));
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "failed");
}

TEST_CASE(
    "a trigger that defers again has its turn in COMMIT, with the migration's role, search_path and lock_timeout") {
  const project p(with_probe(""));
  p.database().sql(
      "CREATE ROLE \"late role\"; CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO \"late role\"; SET search_path = app; "
      "CREATE TABLE t (i int); CREATE TABLE seen (who text, path text, patience text); GRANT ALL ON t, seen TO \"late "
      "role\"; "
      "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.i < 3 THEN SET CONSTRAINTS ALL "
      "DEFERRED; INSERT INTO t VALUES (NEW.i + 1); END IF; INSERT INTO seen VALUES (current_user, "
      "current_setting('search_path'), current_setting('lock_timeout')); RETURN NULL; END $$; CREATE CONSTRAINT "
      "TRIGGER again AFTER INSERT ON t "
      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION again()");
  const std::string late =
      "SET search_path = app; SET lock_timeout = '33s'; SET ROLE \"late role\"; INSERT INTO t VALUES (1);";
  p.migration("0001_one.up.sql", late);
  p.migration("0001_one.down.sql", late);
  const auto seen = [&p] {
    return p.database().sql("SELECT DISTINCT who, path, patience, count(*) OVER () FROM app.seen");
  };
  up(p, 0);
  CHECK(seen() == "late role|app|33s|3");
  down(p, 0); // the ledger has the migration by now, and writes its row another way
  CHECK(seen() == "late role|app|33s|6");
  CHECK(p.database().sql("SELECT applied_by FROM davit.migration") == "postgres");
  p.database().sql("DROP OWNED BY \"late role\"; DROP ROLE \"late role\"");
}

TEST_CASE("where transactions are read-only it is said why, and what to look at") {
  const project p(with_probe(""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET default_transaction_read_only = on");
  const auto run = davit_run(p, {"up"}, 1, {});
  CHECK(run.answer().text("/error/sqlstate") == "25006");
  CHECK(has(run.answer().text("/error/hint"), "default_transaction_read_only is on"));
}
