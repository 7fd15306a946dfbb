// The side connection: a session of its own, in autocommit.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("the side connection is another session in autocommit: it does not see the migration's uncommitted work") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", handler = "a", do = "sql", side = true, sql = "SELECT to_regclass('one') IS NULL", expect = "t" },
    { phase = "after_ddl", handler = "b", do = "sql", sql = "SELECT to_regclass('one') IS NULL", expect = "f" },
    { phase = "after_ddl", handler = "c", do = "sql", side = true, sql = "INSERT INTO t VALUES (1)" },
    { phase = "after_ddl", handler = "c", do = "sql", sql = "SELECT count(*) FROM t", expect = "1" },
    { phase = "after_ddl", handler = "d", do = "sql", side = true, sql = "VACUUM t" })t"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
}

TEST_CASE("what was done on the side connection survives a rollback of the migration, a veto and a failure") {
  for (const std::string end : {R"t(do = "veto", text = "no")t", R"t(do = "fail", text = "no")t"}) {
    CAPTURE(end);
    const project p(with_probe(
        action(R"t(phase = "after_ddl")t", R"t(do = "sql", side = true, sql = "INSERT INTO audit VALUES (1)")t") +
        action(R"t(phase = "after_ddl")t", R"t(do = "sql", sql = "INSERT INTO audit VALUES (2)")t") +
        action(R"t(phase = "after_ddl")t", end)));
    p.database().sql("CREATE TABLE audit (i int)");
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    up(p, has(end, "veto") ? 7 : 1);
    CHECK(p.database().sql("SELECT * FROM audit") == "1");
    CHECK_FALSE(exists(p, "one"));
  }
}

TEST_CASE("undo does not touch the side connection") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "SELECT 1" },
    { phase = "after_ddl", do = "sql", side = true, sql = "INSERT INTO audit VALUES (1)" },
    { phase = "after_ddl", do = "undo" })t"));
  p.database().sql("CREATE TABLE audit (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM audit") == "1");
}

TEST_CASE("a side connection that waits for the migration's own lock fails at once, naming the lock") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM t", catch = true },
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT 7" })t"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
  const auto said = up(p, 0).messages("after_ddl");
  CHECK(said.starts_with("STATE: the side connection waits for AccessShareLock on"));
  CHECK(has(said, "t, which this migration holds"));
  CHECK(said.ends_with("; 7")); // and is of use afterwards
}

TEST_CASE("waiting for the migration through a third session is noticed as well") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "log", text = "locked" },
    { phase = "after_ddl", do = "sql", sql = "SELECT wait_for_third_session()" },
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM t", catch = true })t"));
  // A queue: the migration reads t, a third session wants it for itself, the side session wants to read it behind that.
  p.database().sql("CREATE TABLE t (i int);"
                   "CREATE FUNCTION wait_for_third_session() RETURNS void LANGUAGE plpgsql AS $$"
                   "BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted) LOOP"
                   "  PERFORM pg_sleep(0.005); END LOOP; END $$");
  p.migration("0001_one.up.sql", "SELECT count(*) FROM t;");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("locked");
  const running_program third({.argv = {"psql", "-X", "-d", p.database().url(), "-c", "BEGIN; LOCK TABLE t"}});
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 0);
  CHECK(has(run.messages("after_ddl"), "STATE: the side connection waits for AccessShareLock"));
}

TEST_CASE("a side connection waits for a stranger as long as lock_timeout says, and names whom it waits for") {
  const std::string insert = R"t(phase = "after_ddl", do = "sql", side = true, sql = "INSERT INTO t VALUES (1)")t";
  const project p(R"(environment = "test")" + probe("{ " + insert + " }"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  auto stranger = p.database().connect();
  stranger.exec("BEGIN; LOCK TABLE t");
  const std::string who = "RowExclusiveLock on public.t, held by pid " + std::to_string(stranger.backend_pid());
  SUBCASE("long enough") {
    p.configure("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n" + probe("{ " + insert + " }"));
    running_program davit(p.command({"up"}));
    davit.wait_for_output("waiting for " + who);
    stranger.exec("COMMIT");
    CHECK(davit.wait().exit_code == 0);
    CHECK(p.database().sql("SELECT * FROM t") == "1");
  }
  SUBCASE("in vain, and the next handler does not inherit what one sets") {
    const std::string most = R"t(do = "sql", side = true, sql = "SHOW lock_timeout", expect = "200ms")t";
    p.configure(with_probe(
        action(R"t(phase = "pre_execute")t", R"t(do = "sql", side = true, sql = "SET lock_timeout = '1h'")t") +
        action(R"t(phase = "after_ddl", handler = "a")t", most) + "{ " + insert + " }"));
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/sqlstate") == "55P03");
    CHECK(run.answer().text("/error/plugin") == "probe");
    CHECK(run.answer().text("/error/detail").starts_with("it waited for " + who));
    CHECK_FALSE(exists(p, "one"));
  }
  SUBCASE("also in a dry run") {
    p.configure(with_probe(
        R"t({ phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM t", expect = "0" })t"));
    const auto run = davit_run(p, {"up", "--dry-run"}, 1);
    CHECK(run.answer().text("/error/sqlstate") == "55P03");
    CHECK(has(run.answer().text("/error/detail"), "AccessShareLock on public.t, held by pid "));
  }
}

TEST_CASE("an advisory lock that a handler leaves on the side connection is in nobody's way") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "sql", side = true, sql = "SELECT pg_advisory_lock(77)" },
    { phase = "after_ddl", do = "sql", sql = "SELECT pg_advisory_xact_lock(77)" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
}

TEST_CASE("what a handler leaves on the side connection is gone after it: a temporary table takes nobody's rows") {
  std::string left;
  for (const auto *sql : {"CREATE TEMP TABLE audit (i int)", "PREPARE mine AS SELECT 1",
                          "DECLARE mine CURSOR WITH HOLD FOR SELECT 1", "LISTEN mine", "SET app.tenant = 'seven'"})
    left += action(R"t(phase = "before_ddl", handler = "leave")t",
                   "do = \"sql\", side = true, sql = \"" + std::string(sql) + "\"");
  for (const auto *at : {R"t(phase = "after_ddl", handler = "next")t", R"t(phase = "post_execute")t"}) {
    left += action(at, R"t(do = "sql", side = true, sql = "INSERT INTO audit VALUES (1)")t");
    left += action(at, R"t(do = "sql", side = true, expect = "000", sql = """SELECT concat((SELECT count(*)
      FROM pg_prepared_statements WHERE name = 'mine'), (SELECT count(*) FROM pg_cursors WHERE name = 'mine'),
      (SELECT count(*) FROM pg_listening_channels()), current_setting('app.tenant', true))""")t");
  }
  const project p(with_probe(left));
  p.database().sql("CREATE TABLE audit (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  CHECK(p.database().sql("SELECT count(*) FROM audit") == "2");
}

TEST_CASE("the side session is opened when a handler asks for it, and not before") {
  const project p(with_probe(
      R"t({ phase = "after_ddl", do = "sql", sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'davit side' AND datname = current_database()", expect = "0" },
    { phase = "cleanup", do = "sql", side = true, sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'davit side' AND datname = current_database()", expect = "1" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
}

TEST_CASE(
    "what a stream that was left open has changed is committed after the handler; if that fails, the handler did") {
  const project p(with_probe(
      R"t({ phase = "after_ddl", do = "stream", side = true, rows = 2, sql = "INSERT INTO child VALUES (1) RETURNING i" })t"));
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 1);
  CHECK(run.outcomes("after_ddl") == "failed");
  CHECK(has(run.answer().text("/error/message"), "a stream on the side connection changed could not be committed"));
  CHECK(has(run.answer().text("/error/message"), "child_i_fkey"));
  CHECK_FALSE(exists(p, "one"));
  p.database().sql("INSERT INTO parent VALUES (1)");
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM child") == "1");
}
