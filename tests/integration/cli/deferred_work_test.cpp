// What PostgreSQL puts off until COMMIT belongs to the migration.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a constraint that fails only at the end fails the migration: on_error, not success") {
  const project p("environment = \"test\"\n" + shipped_plugin("audit_log", "config = { connection = \"side\" }"));
  const auto file = p.migration("1_a.up.sql", "CREATE TABLE a (x int PRIMARY KEY);\n"
                                              "CREATE TABLE b (x int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n"
                                              "INSERT INTO b VALUES (1);\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/sqlstate") == "23503");
  CHECK(failed.text("/error/file") == file.string());
  CHECK(has(failed.text("/error/state"), "nothing of 1_a is in the database"));
  CHECK(failed.text("/migrations/0/outcome") == "failed");
  CHECK(ledger(p).empty());
  CHECK_FALSE(exists(p, "a"));
  // An audit row that says that it succeeded would be the lie.
  CHECK(p.database().sql("SELECT count(*) FROM public.davit_audit a WHERE a::text LIKE '%applied%'") == "0");
  CHECK(p.database().sql("SELECT count(*) > 0 FROM public.davit_audit") == "t");
}

TEST_CASE("deferred triggers run with the search_path and role of their migration") {
  const project p;
  p.migration(
      "1_a.up.sql",
      "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE log (x int, who text);\nCREATE TABLE t (x int);\n"
      "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS\n"
      "  $$ BEGIN INSERT INTO log VALUES (NEW.x, current_user); RETURN NEW; END $$;\n"
      "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED\n"
      "  FOR EACH ROW EXECUTE FUNCTION note();\n"
      "GRANT USAGE ON SCHEMA app TO pg_monitor;\nGRANT INSERT ON t, log TO pg_monitor;\n"
      "SET ROLE pg_monitor;\nINSERT INTO t VALUES (1);\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT * FROM app.log") == "1|pg_monitor");
}
