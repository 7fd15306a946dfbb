// What a session had that ended half-way, and the one that goes on does not have: found, made again, or named.
#include "half_way.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";

struct told {
  std::string repair, resume, up;

  bool by_each(std::string_view words) const { return has(repair, words) && has(resume, words) && has(up, words); }
  bool by_any(std::string_view words) const { return has(repair, words) || has(resume, words) || has(up, words); }
};

told go_on(const project &p, const std::string &file, int ends = 0) {
  p.migration("0001_t.up.sql", std::string(marked) + file);
  told out;
  out.repair = p.davit({"repair"}).out;
  out.resume = resume(p).err;
  out.up = up(p, ends).err();
  return out;
}

// `before` and `behind` the statement that fails, and is mended then.
told stop_and_go_on(const project &p, const std::string &before, const std::string &behind) {
  p.migration("0001_t.up.sql", std::string(marked) + before + "\nSELECT missing;\n" + behind);
  up(p, 1);
  return go_on(p, before + "\nSELECT 1;\n" + behind);
}

std::string all_of_t(const project &p) { return p.database().sql("SELECT string_agg(x, ',' ORDER BY n) FROM t"); }

} // namespace

TEST_CASE("a setting with a dot in its name is set again where that stands in the file or in code of the database") {
  const project p;
  p.database().sql("CREATE TABLE t (n int, x text DEFAULT current_setting('app.tenant', true))");
  std::string setup, first;
  SUBCASE("DO") { first = "DO $$ BEGIN SET \"app\".tenant = 5; END $$;"; }
  SUBCASE("DO that puts it together, and a default that reads it") {
    first = "DO $$ BEGIN EXECUTE format('set %I.%I = %L', 'app', 'tenant', '5'); END $$;";
  }
  SUBCASE("a trigger's function") {
    setup =
        "CREATE TABLE u (); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN set /* x */ app.tenant "
        "to 5; RETURN new; END $$; CREATE TRIGGER f BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f()";
    first = "INSERT INTO u DEFAULT VALUES;";
  }
  SUBCASE("a view") {
    setup = "CREATE VIEW v AS SELECT set_config('app.tenant', '5', false)";
    first = "SELECT * FROM v;";
  }
  SUBCASE("a prepared statement") { first = "PREPARE p AS SELECT set_config('app.tenant', '5', false); EXECUTE p;"; }
  if (!setup.empty()) p.database().sql(setup);
  const auto said = stop_and_go_on(p, first + " INSERT INTO t VALUES (1);", "INSERT INTO t VALUES (2);");
  CHECK(all_of_t(p) == "5,5");
  CHECK_FALSE(said.by_any("may have left"));
}

TEST_CASE("a setting with a dot that only PGOPTIONS knew is set again, and one that came since is emptied") {
  const project p;
  p.database().sql("CREATE TABLE t (n int, x text DEFAULT COALESCE(current_setting('app.tenant', true), 'none'))");
  const std::string first = std::string(marked) + "INSERT INTO t VALUES (1);\n";
  p.migration("0001_t.up.sql", first + "SELECT missing;");
  environment with;
  std::string expected;
  SUBCASE("before") {
    with = {{"PGOPTIONS", "-c app.tenant=5"}};
    expected = "5,5";
  }
  SUBCASE("since") { expected = "none,"; }
  CHECK(p.davit({"up"}, with).exit_code == 1);
  if (with.empty()) p.database().sql("ALTER DATABASE " + p.database().name() + " SET app.tenant = '7'");
  const auto said = go_on(p, "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);");
  CHECK(all_of_t(p) == expected);
  CHECK(has(said.up, "app.tenant is for the rest of 0001_t empty") == with.empty());
}

TEST_CASE("that a setting is not known, for its name was put together, is said by each command") {
  const project p;
  p.database().sql("CREATE TABLE t (n int, x text)");
  std::string first, who;
  SUBCASE("by a function") {
    p.database().sql(
        "CREATE FUNCTION f(k text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('app.' || k, "
        "'5', false); END $$");
    first = "SELECT f('tenant');";
    who = "as public.f() may do";
  }
  SUBCASE("by the file") {
    first = "DO $$ BEGIN EXECUTE format('set %I.%I = %L', 'app', 'tenant', '5'); END $$;";
    who = "0001_t.up.sql:2:1 may do";
  }
  SUBCASE("not for a transaction only") {
    p.database().sql(
        "CREATE FUNCTION f(k text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('app.' || k, "
        "'5', true); END $$");
    first = "SELECT f('tenant');";
  }
  const auto said = stop_and_go_on(p, first, "SELECT 2;");
  CHECK(said.by_any("its name stands in no text as a whole") == !who.empty());
  CHECK(said.by_each(who));
}

TEST_CASE(
    "that names could not be looked for, for a view was locked, is said at the stop's and at the resumption's time") {
  const project p;
  p.database().sql("CREATE TABLE u (x int); CREATE VIEW v AS SELECT x FROM u");
  auto other = p.database().connect();
  const std::string first = std::string(marked) + "CREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", first + "SELECT missing;");
  other.exec("BEGIN; LOCK TABLE u IN ACCESS EXCLUSIVE MODE");
  up(p, 1);
  other.exec("COMMIT");
  CHECK(
      go_on(p, "CREATE TABLE a ();\nSELECT missing2 FROM u;", 1)
          .by_each("not all settings with a dot in their names could be asked of the session that stopped (canceling"));
  other.exec("BEGIN; LOCK TABLE u IN ACCESS EXCLUSIVE MODE");
  CHECK(has(go_on(p, "CREATE TABLE a ();\nSELECT 1;").up, "whether sessions begin with other settings with a dot"));
  CHECK(p.database().sql("SELECT state FROM davit.migration") == "applied");
}

TEST_CASE("what nobody but the session had is named by each command, whoever had made it") {
  const project p;
  p.database().sql(
      "CREATE TABLE u (); CREATE TABLE t (n int, x text); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ "
      "BEGIN CREATE TEMP TABLE stash (i serial); CREATE TEMP VIEW seen AS SELECT 1; EXECUTE 'LISTEN news'; EXECUTE "
      "'PREPARE "
      "q AS SELECT 1'; PERFORM pg_advisory_lock(42), pg_advisory_lock_shared(1, -2); RETURN new; END $$; CREATE "
      "TRIGGER f "
      "BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f()");
  const auto said = stop_and_go_on(p,
                                   "INSERT INTO u DEFAULT VALUES;\nBEGIN;\nDECLARE c CURSOR WITH HOLD FOR SELECT "
                                   "1;\nCOMMIT;\nPREPARE \"P\" AS SELECT 1;\nLISTEN own;",
                                   "EXECUTE \"P\";");
  CAPTURE(said.repair);
  CHECK(said.by_each("what follows the stop runs without it: advisory lock pg_advisory_lock(42), advisory lock "
                     "pg_advisory_lock_shared(1, -2), channel news, cursor c, prepared statement q, temporary table "
                     "stash, temporary view seen; make it again"));
}

TEST_CASE("timeouts, encoding and the like that a function has set are set again, and davit's own are as ever") {
  const project p;
  p.database().sql(
      "CREATE TABLE t (n int, x text); CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET "
      "lock_timeout = '33s'; SET standard_conforming_strings = off; SET client_encoding = 'LATIN1'; END $$");
  const auto row = [](int n) {
    return "INSERT INTO t VALUES (" + std::to_string(n) +
           ", concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'), "
           "current_setting('standard_conforming_strings'), current_setting('client_encoding')));";
  };
  std::string first, expected;
  SUBCASE("set") {
    first = "SELECT f();";
    expected = "33s 0 off LATIN1";
  }
  SUBCASE("not set") {
    first = "SELECT 1;";
    expected = "2s 0 on UTF8";
  }
  SUBCASE("set by the file, and set back") {
    first = "SET lock_timeout = '33s'; SELECT set_config('lock_timeout', '2s', false) FROM pg_class LIMIT 1;";
    expected = "2s 0 on UTF8";
  }
  stop_and_go_on(p, first + row(1), row(2));
  CHECK(all_of_t(p) == expected + "," + expected);
}

TEST_CASE("what davit sets aside for a statement is not taken for the file's") {
  const project p;
  p.database().sql("CREATE TABLE t (n int, x text); INSERT INTO t VALUES (0, 'a'), (0, 'a')");
  const std::string first = "SET lock_timeout = '33s';\n";
  p.migration("0001_t.up.sql", std::string(marked) + first + "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x);");
  up(p, 1);
  p.database().sql("DROP INDEX i; TRUNCATE t");
  go_on(p, first + "INSERT INTO t VALUES (1, current_setting('lock_timeout'));");
  CHECK(all_of_t(p) == "33s");
}

TEST_CASE("a session of another role than the one that stopped is told") {
  const project p;
  const std::string role = "deployer_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + " SUPERUSER LOGIN");
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE a ();\nSELECT missing;");
  CHECK(p.davit({"up"}, {{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}}).exit_code == 1);
  const auto said = go_on(p, "CREATE TABLE a ();\nCREATE TABLE b ();");
  CHECK(said.by_each("the session that stopped was connected as " + role + ", this one is as "));
  p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("what is prepared is prepared again under the settings that it was prepared under") {
  const project p;
  p.database().sql(
      "CREATE SCHEMA app; CREATE TABLE t (n int, x text); CREATE TABLE app.moments (y timestamptz); CREATE "
      "FUNCTION f(k text, v text) RETURNS text LANGUAGE sql AS $$ SELECT set_config(k, v, false) $$");
  std::string first;
  SUBCASE("which functions have set") {
    first = "SELECT f('timezone', 'Asia/Tokyo');\nPREPARE p AS INSERT INTO app.moments VALUES ('2020-01-01 "
            "00:00');\nSELECT f('timezone', 'UTC');";
  }
  SUBCASE("which the file has set") {
    first = "SET timezone = 'Asia/Tokyo';\nPREPARE p AS INSERT INTO app.moments VALUES ('2020-01-01 00:00');\nSET "
            "timezone = 'UTC';";
  }
  SUBCASE("which the file has set since") {
    first = "PREPARE p AS INSERT INTO app.moments VALUES ('2020-01-01 00:00');\nSET timezone = 'Asia/Tokyo';";
  }
  SUBCASE("without which it cannot be prepared") {
    first = "SELECT f('search_path', 'app');\nPREPARE p AS INSERT INTO moments VALUES ('2020-01-01 00:00');\nEXECUTE "
            "p;\nSET search_path = public;";
    stop_and_go_on(p, first, "SET search_path = app;\nEXECUTE p;");
    CHECK(p.database().sql("SELECT count(*) FROM app.moments") == "2");
    return;
  }
  stop_and_go_on(p, first + "\nEXECUTE p;", "EXECUTE p;");
  CHECK(p.database().sql("SELECT count(*) || ' ' || count(DISTINCT y) FROM app.moments") == "2 1");
}

TEST_CASE("what the file has deallocated is not prepared again") {
  const project p;
  std::string end;
  SUBCASE("by name") { end = "DEALLOCATE PREPARE p;"; }
  SUBCASE("with all others") { end = "DEALLOCATE ALL;"; }
  stop_and_go_on(p, "CREATE TABLE t (x int);\nPREPARE p AS INSERT INTO t VALUES (1);\n" + end + "\nDROP TABLE t;",
                 "CREATE TABLE b ();");
  CHECK(exists(p, "b"));
}

TEST_CASE("where a RESET leads behind the stop is said") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  std::string reset;
  SUBCASE("RESET") { reset = "RESET search_path;"; }
  SUBCASE("to DEFAULT") { reset = "SET search_path TO DEFAULT;"; }
  SUBCASE("all") { reset = "RESET ALL;"; }
  SUBCASE("none") { reset = "RESET work_mem;"; }
  const auto said = stop_and_go_on(p, "ALTER DATABASE " + p.database().name() + " SET search_path = app;",
                                   "CREATE TABLE a ();\n" + reset);
  CHECK(has(said.up, "search_path is for the rest of 0001_t what it was before the stop, until it is reset"));
  CHECK(has(said.up, "0001_t.up.sql:5:1), which leads to another value") == (reset != "RESET work_mem;"));
}

TEST_CASE("that nothing is known of a session is said where it can have been set by what shows no name") {
  const project p;
  p.database().sql("CREATE TABLE t (n int, x text)");
  std::string first;
  SUBCASE("a trigger's table") { first = "CREATE TABLE a ();\nINSERT INTO t VALUES (1, 'a');"; }
  SUBCASE("nothing but tables") { first = "CREATE TABLE a ();\nSET work_mem = '8MB';"; }
  p.migration("0001_t.up.sql", std::string(marked) + first + "\nSELECT pg_sleep(1);");
  kill_in(p, "pg_sleep(1)");
  const auto said = go_on(p, first + "\nSELECT 1;");
  const bool known = !has(first, "INSERT");
  CHECK(said.by_any("is not known, for the one that stopped could not be asked") != known);
  CHECK(said.by_each(known ? "" : "0001_t.up.sql:3:1: what functions, triggers, defaults or views have set"));
}

TEST_CASE("what an older davit has kept of a session is read, and named as far as texts show it") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TEMP TABLE stash ();\nSELECT missing;");
  up(p, 1);
  p.database().sql(
      "UPDATE davit.migration SET session_settings = '{\"settings\":{\"search_path\":[\"app\",\"session\"]},"
      "\"user\":\"\",\"role\":\"none\",\"withheld\":[]}'");
  const auto said = go_on(p, "CREATE TEMP TABLE stash ();\nCREATE TABLE a ();");
  CHECK(said.by_each("0001_t.up.sql:2:1: what this statement may have left in its session"));
  CHECK(p.database().sql("SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'a'") == "app");
}
