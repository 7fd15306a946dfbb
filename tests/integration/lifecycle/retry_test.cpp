// A lock that is not had in time: the whole migration is tried again.
#include "probe_run.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace davit::test;

namespace {

constexpr std::string_view toml_head = "environment = \"test\"\n[database]\nlock_timeout = \"50ms\"\nlock_retries = ";

// Those between attempts, in milliseconds, as they were announced.
std::vector<int> pauses(std::string_view shown) {
  constexpr std::string_view begins = "the next one begins in ";
  std::vector<int> out;
  for (std::size_t at = 0; (at = shown.find(begins, at)) != shown.npos;)
    out.push_back(std::stoi(std::string(shown.substr(at += begins.size(), 6))));
  return out;
}

} // namespace

TEST_CASE("a lock timeout retries the migration: a new attempt, a new layer of stats, pre_ and post_execute once") {
  const project p(std::string(toml_head) + "50\n" +
                  probe(at_every_phase("do = \"describe\", text = \"migration\"") + R"t(
    { phase = "before_ddl", handler = "stats", do = "stat_get", key = "k", expect = "none" },
    { phase = "before_ddl", handler = "stats", do = "stat_set", key = "k", value = "1" },
    { phase = "before_ddl", handler = "stats", do = "stat_get", key = "early", expect = "5" },
    { phase = "pre_execute", handler = "early", do = "stat_set", key = "early", value = "5" },
    { phase = "before_ddl", handler = "row", do = "sql", sql = "INSERT INTO log VALUES (1)" })t"));
  p.database().sql("CREATE TABLE t (i int); CREATE TABLE log (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);\nALTER TABLE t ADD j int;");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("attempt 1 was rolled back");
  holder.exec("COMMIT");
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 0);
  CHECK(count(run.phases(), "pre_execute") == 2); // of two handlers
  CHECK(count(run.phases(), "post_execute") == 1);
  CHECK_FALSE(has(run.phases(), "on_error"));
  CHECK(has(run.messages("before_validation"), "attempt=1"));
  CHECK(has(run.messages("before_validation"), " | version=0001"));
  CHECK(has(run.messages("before_validation"), "attempt=2"));
  CHECK_FALSE(has(run.messages("after_ddl"), "attempt=1"));
  CHECK(has(run.err(), "0001_one.up.sql:2:1: canceling statement due to lock timeout"));
  CHECK(p.database().sql("SELECT count(*) FROM log") == "1");
  CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration") == "1");
}

TEST_CASE("when the retries are used up the migration fails with the lock timeout's error, and on_error fires once") {
  const project p(
      std::string(toml_head) + "1\n" +
      probe(
          R"t({ phase = "before_ddl", do = "report" }, { phase = "on_error", do = "describe", text = "migration" })t"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  const auto run = up(p, 1);
  CHECK(run.phases() == "before_ddl before_ddl on_error");
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
  CHECK(has(run.answer().text("/error/hint"), "lock_retries"));
  CHECK(has(run.messages("on_error"), "attempt=2"));
}

TEST_CASE("the pauses between attempts grow, are said, and are kept") {
  const project p(std::string(toml_head) + "3\n");
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  const auto run = up(p, 1);
  const auto all = pauses(run.err());
  REQUIRE(all.size() == 3);
  CHECK(all[0] > 0);
  CHECK(all[2] > all[0]); // neighbours may be alike
  CHECK(run.answer().number("/duration_ms") >= all[0] + all[1] + all[2] + 4 * 50);
}

TEST_CASE("a lock timeout in a handler's own SQL is the handler's failure, not a reason to retry") {
  const project p(std::string(toml_head) + "3\n" +
                  probe(R"t({ phase = "before_ddl", do = "sql", sql = "LOCK TABLE t" })t"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  const auto run = up(p, 1);
  CHECK(run.phases() == "before_ddl");
  CHECK(run.answer().text("/error/code") == "hook_failed");
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
}

TEST_CASE("a migration that has acted outside of the database is not tried again") {
  const project p(std::string(toml_head) + "3\n");
  p.database().sql("CREATE TABLE t (i int)");
  const auto told = p.folder() / "told";
  p.migration("0001_one.up.sql",
              "COPY (SELECT 1) TO PROGRAM 'cat >> " + told.string() + "';\nALTER TABLE t ADD j int;");
  std::filesystem::permissions(p.folder(), std::filesystem::perms::all);
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
  CHECK(has(run.answer().text("/error/hint"), "it was not tried again: COPY with a file or program acts outside"));
  CHECK_FALSE(has(run.err(), "was rolled back"));
  CHECK(davit::read_file(told) == "1\n");
  const finished_run dry(p.davit({"up", "--json", "--dry-run"}));
  CHECK(dry.answer().text("/error/sqlstate") == "55P03");
  CHECK_FALSE(has(dry.answer().text("/error/hint"), "does not try again"));
}

TEST_CASE("a migration whose verify file has acted outside of the database is not tried again") {
  const project p(std::string(toml_head) + "3\n");
  p.database().sql("CREATE TABLE t (i int)");
  const auto told = p.folder() / "told";
  const std::string tells = "COPY (SELECT 1) TO PROGRAM 'cat >> " + told.string() + "';\n";
  std::filesystem::permissions(p.folder(), std::filesystem::perms::all);
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t");
  bool again = false;
  std::string file = "CREATE TABLE one (i int);";
  SUBCASE("it fails behind that") { p.migration("0001_one.verify.sql", tells + "SELECT count(*) = 0 FROM t;"); }
  SUBCASE("it fails in COMMIT") {
    file += "CREATE FUNCTION looks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM count(*) FROM t; RETURN "
            "NULL; END $$; CREATE CONSTRAINT TRIGGER looks AFTER INSERT ON one DEFERRABLE INITIALLY DEFERRED FOR EACH "
            "ROW EXECUTE FUNCTION looks(); INSERT INTO one VALUES (1);";
    p.migration("0001_one.verify.sql", tells);
  }
  SUBCASE("it fails before that, and is tried again") {
    p.migration("0001_one.verify.sql", "SELECT count(*) = 0 FROM t;\n" + tells);
    again = true;
  }
  p.migration("0001_one.up.sql", file);
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
  CHECK(has(run.err(), "was rolled back") == again);
  CHECK(has(run.answer().text("/error/hint"), "it was not tried again") == !again);
  CHECK(has(run.answer().text("/error/state"), "may have done outside of its transaction stays") == !again);
  CHECK(std::filesystem::exists(told) == !again);
  if (!again) CHECK(davit::read_file(told) == "1\n");
  CHECK(has(p.davit({"up", "--dry-run"}).err, "does not try again") == again);
}

TEST_CASE("options that end in a backslash are those of every session of a run") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"1500ms\"\n");
  p.migration("0001_one.up.sql", "RESET ALL;\nCREATE TABLE one AS SELECT current_setting('work_mem') || ' ' || "
                                 "current_setting('application.x') || ' ' || current_setting('lock_timeout') AS x;");
  for (const std::string backslashes : {"\\", "\\\\", "\\\\\\"}) {
    const std::string kept = backslashes.size() == 1 ? "" : "\\";
    const environment with{{"PGOPTIONS", "-c work_mem=8MB -c application.x=a" + backslashes}};
    CAPTURE(backslashes);
    davit_run(p, {"up"}, 0, with);
    CHECK(p.database().sql("TABLE one") == "8MB a" + kept + " 1500ms");
    p.database().sql("DROP TABLE one; DROP SCHEMA davit CASCADE");
  }
}

TEST_CASE("a file that resets its session's timeouts has those of davit.toml again") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"1500ms\"\nstatement_timeout = \"90s\"\n");
  std::string first;
  SUBCASE("all of them") { first = "SET lock_timeout = '5s'; RESET ALL;"; }
  SUBCASE("each") { first = "SET statement_timeout = '5s'; RESET statement_timeout; RESET lock_timeout;"; }
  SUBCASE("in a function") {
    p.database().sql("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RESET ALL; END $$");
    first = "SELECT f();";
  }
  SUBCASE("DISCARD ALL") { first = "-- davit: no-transaction\nSET lock_timeout = '5s'; DISCARD ALL;"; }
  SUBCASE("what the role begins with") {
    p.database().sql("ALTER DATABASE " + p.database().name() + " SET lock_timeout = '7s'");
    first = "RESET ALL;";
  }
  p.migration("0001_one.up.sql", first + "\nCREATE TABLE one AS SELECT current_setting('lock_timeout') || ' ' || "
                                         "current_setting('statement_timeout') AS x;");
  p.migration("0001_one.verify.sql", "SELECT x = '1500ms 90s' FROM one;");
  CHECK(p.davit({"up", "--dry-run"}).exit_code == 0);
  up(p, 0);
  CHECK(p.database().sql("TABLE one") == "1500ms 90s");
}
