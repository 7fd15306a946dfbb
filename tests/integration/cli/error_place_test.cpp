// A failing statement is reported as file:line:column with the line itself and a caret, columns in characters.
#include "shell.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("the place is right in text with tabs and letters of several bytes, in both outputs") {
  const project p;
  const auto file = p.migration("1_a.up.sql", "-- Überschrift\nSELECT 'ä'; SELECT 1;\n\n"
                                              "SELECT '€𝄞',\n\t'größe',\tnirgendwo.spalte\n  FROM pg_class;\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/code") == "sql");
  CHECK(failed.text("/error/file") == file.string());
  CHECK(failed.integer("/error/line") == 5);
  CHECK(failed.integer("/error/column") == 11);
  CHECK(failed.text("/error/excerpt") == "\t'größe',\tnirgendwo.spalte\n\t        \t^");
  CHECK(failed.text("/error/sqlstate") == "42P01");
  CHECK(has(failed.text("/error/state"), "nothing of 1_a is in the database"));

  const auto text = run_davit(p, {"up"}, 1).err;
  CHECK(has(text, "error: " + file.string() + ":5:11: "));
  CHECK(has(text, "[42P01]"));
  CHECK(has(text, "  \t'größe',\tnirgendwo.spalte\n  \t        \t^\n"));
}

TEST_CASE("an error without a position is at the beginning of its statement, comments passed over") {
  const project p;
  p.migration("1_a.up.sql", "SELECT 1;\n-- the next one fails\n/* and\n   how */ SELECT 1 / 0;\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.integer("/error/line") == 4);
  CHECK(failed.integer("/error/column") == 11);
  CHECK(failed.text("/error/excerpt") == "   how */ SELECT 1 / 0;\n          ^");
}

TEST_CASE("detail and hint of the server come along") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int PRIMARY KEY);\nINSERT INTO a VALUES (1), (1);\n");
  const auto duplicate = run_json(p, {"up"}, 1);
  CHECK(duplicate.text("/error/sqlstate") == "23505");
  CHECK(has(duplicate.text("/error/detail"), "(x)=(1)"));
  p.migration("1_a.up.sql", "CREATE TABLE users (email text);\nSELECT emial FROM users;\n");
  const auto hinted = run_json(p, {"up"}, 1);
  CHECK(has(hinted.text("/error/server_hint"), "users.email"));
  CHECK(has(run_davit(p, {"up"}, 1).err, "server's hint: "));
}

TEST_CASE("the server's call stack comes along, as far as it says something") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);\n"
                            "CREATE FUNCTION deep(n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n"
                            "  IF n = 0 THEN RAISE EXCEPTION 'too deep'; END IF; PERFORM deep(n - 1);\n"
                            "END $$;\n"
                            "CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
                            "  INSERT INTO nowhere VALUES (1); RETURN NULL;\n"
                            "END $$;\n"
                            "CREATE TRIGGER log_it AFTER INSERT ON a EXECUTE FUNCTION log_it();\n");
  run_davit(p, {"up"});
  p.migration("2_b.up.sql", "INSERT INTO a VALUES (1);");
  CHECK(has(run_json(p, {"up"}, 1).text("/error/context"), "PL/pgSQL function log_it() line 2 at SQL statement"));
  CHECK(has(run_davit(p, {"up"}, 1).err, "  context: PL/pgSQL function log_it() line 2"));

  p.migration("2_b.up.sql", "COPY a FROM stdin;\n1\nzwei\n\\.\n");
  CHECK(has(run_json(p, {"up"}, 1).text("/error/context"), "COPY a, line 2, column x: \"zwei\""));

  p.migration("2_b.up.sql", "SELECT deep(100);");
  const auto stack = run_json(p, {"up"}, 1).text("/error/context");
  CHECK(has(stack, "deep(integer) line 2 at RAISE"));
  CHECK(std::count(stack.begin(), stack.end(), '\n') == 9);

  p.migration("2_b.up.sql", "SELECT 1 / 0;");
  CHECK_FALSE(has(run_davit(p, {"up"}, 1).err, "context"));
}

TEST_CASE("code of the database that refuses a statement of davit's own is named, with what to do") {
  const project p;
  p.database().sql("CREATE TABLE ddl_log (tag text);"
                   "CREATE FUNCTION log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                   "  INSERT INTO ddl_log VALUES (tg_tag); END $$;"
                   "CREATE EVENT TRIGGER log_ddl ON ddl_command_end EXECUTE FUNCTION log_ddl()");
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  const auto refused = run_json(p, {"up"}, 1);
  CHECK(has(refused.text("/error/message"), "\"ddl_log\" does not exist"));
  CHECK(has(refused.text("/error/context"), "function public.log_ddl() line 1"));
  CHECK(has(refused.text("/error/hint"), "event trigger"));
  CHECK(has(refused.text("/error/hint"), "set its own search_path"));

  p.database().sql("ALTER FUNCTION log_ddl() SET search_path = public");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT state FROM davit.migration") == "applied");
}

TEST_CASE("what cannot run in a transaction is explained with the directive that helps") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TYPE mood AS ENUM ('ok');");
  run_davit(p, {"up"});
  p.migration("2_b.up.sql", "ALTER TYPE mood ADD VALUE 'good';\nSELECT 'good'::mood;\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/sqlstate") == "55P04");
  CHECK(has(failed.text("/error/hint"), "-- davit: no-transaction"));
}

TEST_CASE("what psql alone understands is refused at its place") {
  const project p;
  const auto file = p.migration("1_a.up.sql", "SELECT 1;\n  \\i other.sql\n");
  const auto refused = run_json(p, {"up"}, 3);
  CHECK(refused.text("/error/code") == "migration_syntax");
  CHECK(refused.text("/error/file") == file.string());
  CHECK(refused.integer("/error/line") == 2);
  CHECK(refused.integer("/error/column") == 3);
}

TEST_CASE("a file that never closes a string is refused where the string begins") {
  const project p;
  p.migration("1_a.up.sql", "SELECT 1;\nSELECT $ä$ ;\n");
  const auto refused = run_json(p, {"plan"}, 3);
  CHECK(refused.integer("/error/line") == 2);
  CHECK(refused.integer("/error/column") == 8);
}
