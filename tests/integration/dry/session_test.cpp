// Each rehearsed migration finds the session as it would find it after a COMMIT.
#include "dry_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view parent_and_child =
    "CREATE TABLE parent (id int PRIMARY KEY);"
    "CREATE TABLE child (id int CONSTRAINT kept REFERENCES parent DEFERRABLE INITIALLY DEFERRED,"
    " at_once int CONSTRAINT at_once REFERENCES parent DEFERRABLE INITIALLY IMMEDIATE);";

} // namespace

TEST_CASE("dry run: a deferred constraint is checked where COMMIT would check it") {
  for (const bool there : {true, false}) {
    CAPTURE(there);
    const project p(with_probe(at_every_phase("do = \"report\"")));
    if (there) p.database().sql(parent_and_child);
    p.migration("0001_one.up.sql", (there ? "" : std::string(parent_and_child)) + "INSERT INTO child (id) VALUES (1);");
    p.migration("0002_two.up.sql", "INSERT INTO parent VALUES (1);");
    const auto dry = rehearse(p, 1);
    CHECK(dry.answer().text("/error/sqlstate") == "23503");
    CHECK(dry.answer().text("/error/file").ends_with("0001_one.up.sql"));
    CHECK(dry.phases().ends_with("cleanup on_error failure"));
    if (there) CHECK(dry.answer().text("/error/hint") == up(p, 1).answer().text("/error/hint"));
  }
}

TEST_CASE("dry run: for the next migration constraints wait, or do not wait, as they were declared") {
  const project p;
  p.database().sql(parent_and_child);
  p.migration("0001_one.up.sql", "SET CONSTRAINTS at_once DEFERRED; INSERT INTO child VALUES (1, 1);"
                                 "INSERT INTO parent VALUES (1);");
  p.migration("0002_two.up.sql", "INSERT INTO child (id) VALUES (2); INSERT INTO parent VALUES (2);"
                                 "CREATE TABLE late (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);");
  p.migration("0003_three.up.sql", "INSERT INTO late VALUES (3); INSERT INTO parent VALUES (3);"
                                   "CREATE TABLE last (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
                                   "INSERT INTO last VALUES (4); INSERT INTO parent VALUES (4);");
  p.migration("0004_alter.up.sql", "ALTER TABLE child ADD more int; ALTER TABLE parent ADD more int;");
  CHECK(rehearse(p, 0).answer().integer("/done") == 4);
  p.migration("0005_five.up.sql", "INSERT INTO child (at_once) VALUES (5); INSERT INTO parent VALUES (5);");
  const auto dry = rehearse(p, 1);
  CHECK(dry.answer().text("/error/sqlstate") == "23503");
  CHECK(dry.answer().integer("/error/line") == 1);
  CHECK(up(p, 1).answer().text("/error/sqlstate") == "23503");
}

TEST_CASE("dry run: what a handler between migrations leaves to a deferred constraint is its own, as in a run") {
  const std::string actions = R"t({ phase = "pre_execute", do = "sql", sql = "INSERT INTO child (id) VALUES (1)" },
                                  { phase = "failure", do = "sql", sql = "SELECT count(*) FROM child", expect = "0" })t";
  const project p(with_probe(actions));
  p.database().sql(parent_and_child);
  p.migration("0001_one.up.sql", "INSERT INTO parent VALUES (1);");
  const auto dry = rehearse(p, 1);
  const auto run = up(p, 1);
  CHECK(dry.answer().text("/error/sqlstate") == "23503");
  for (const auto *what : {"/error/code", "/error/message", "/error/plugin", "/error/handler", "/error/phase"})
    CHECK(dry.answer().text(what) == run.answer().text(what));
  CHECK_FALSE(dry.answer().has("/error/file"));
  CHECK(dry.outcomes("pre_execute") == "failed");
  CHECK(dry.outcomes("failure") == "ok");

  p.configure(with_probe(actions, "on_failure = \"warn\"\n"));
  CHECK(rehearse(p, 0).outcomes("pre_execute") == "failed");
  CHECK(up(p, 0).outcomes("pre_execute") == "failed");
}

TEST_CASE("dry run: role, settings, temporary tables, cursors and prepared statements end with their migration") {
  const project p;
  p.database().sql("CREATE SCHEMA s");
  const auto role = "r_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + "; GRANT ALL ON SCHEMA public TO " + role);
  p.migration("0001_one.up.sql",
              "CREATE TEMP TABLE gone (i int) ON COMMIT DROP; INSERT INTO gone VALUES (1);"
              "CREATE TEMP TABLE kept (i int); CREATE TEMP TABLE emptied (i int) ON COMMIT DELETE ROWS;"
              "DECLARE c CURSOR WITH HOLD FOR SELECT 1; PREPARE p AS SELECT 1; LISTEN l;"
              "SET search_path = s; SET statement_timeout = '1h'; SET lock_timeout = 0; SET my.own = 'x';"
              "SET client_encoding = 'LATIN1'; SET standard_conforming_strings = off; SET ROLE " +
                  role + ";");
  p.migration("0002_two.up.sql", "CREATE TEMP TABLE kept (j text); CREATE TABLE two (i int); PREPARE p AS SELECT 2;"
                                 "DECLARE c CURSOR FOR SELECT 2;");
  p.migration(
      "0002_two.verify.sql",
      "SELECT to_regclass('public.two') IS NOT NULL; SELECT current_user = session_user;"
      "SELECT current_setting('search_path') = '\"$user\", public';"
      "SELECT current_setting('statement_timeout') = '0'; SELECT current_setting('lock_timeout') = '10s';"
      "SELECT coalesce(current_setting('my.own', true), '') = '';"
      "SELECT current_setting('client_encoding') = 'UTF8'; SELECT current_setting('standard_conforming_strings') "
      "= 'on'; SELECT to_regclass('gone') IS NULL;");
  p.configure("environment = \"test\"\n[database]\nlock_timeout = \"10s\"\n");
  CHECK(rehearse(p, 0).answer().integer("/done") == 2);
  up(p, 0);
  p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}
