// Histories that other tools wrote, with what they do to the tables of those tools.
#include "shell.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace davit::test;

TEST_CASE("a migration may drop a table called schema_migrations, and even create it") {
  const project p;
  p.database().sql("CREATE TABLE schema_migrations (version text)");
  p.migration("1_a.up.sql", "DROP TABLE schema_migrations;");
  p.migration("2_b.up.sql",
              "CREATE TABLE schema_migrations (v int); CREATE TABLE migration (v int); CREATE TABLE run ();");
  p.migration("3_c.up.sql", "DROP TABLE schema_migrations, migration, run;");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
}

TEST_CASE("the schema after a history is the one that psql makes of the same files") {
  const std::pair<std::string, std::string> files[] = {
      {"20200101000000_types.up.sql",
       "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE DOMAIN email AS text CHECK (VALUE ~ '@');\n"},
      {"20200102000000_tables.up.sql", "BEGIN;\nCREATE TABLE users (id serial PRIMARY KEY, mail email, m mood);\n"
                                       "COMMENT ON TABLE users IS 'it''s; here';\nCOMMIT;\n"},
      {"20200103000000_enum.up.sql", "ALTER TYPE mood ADD VALUE 'happy';\n"},
      {"20200104000000_index.up.sql", "CREATE INDEX CONCURRENTLY users_mail ON users (mail);\n"},
      {"20200105000000_function.up.sql",
       "CREATE FUNCTION f(i int) RETURNS int LANGUAGE plpgsql AS $body$\n"
       "-- a comment; with a semicolon\nBEGIN\n  RETURN i; /* another; */\nEND $body$;\n"},
      {"20200106000000_default.up.sql", "ALTER TABLE users ALTER m SET DEFAULT 'happy';\n"},
      {"20200107000000_empty.up.sql", ""},
      {"20200108000000_rule.up.sql", "CREATE VIEW v AS SELECT * FROM users;\n"
                                     "CREATE RULE r AS ON DELETE TO v DO INSTEAD (DELETE FROM users; SELECT 1;);\n"},
  };
  const project p;
  const project by_psql;
  for (const auto &[name, sql] : files) {
    p.migration(name, sql);
    by_psql.database().psql(by_psql.migration(name, sql));
  }
  run_davit(p, {"up"});
  CHECK(p.database().schema_dump() == by_psql.database().schema_dump());
}

TEST_CASE("two runs at the same moment: one works, the other waits, finds nothing to do, and both exit with 0") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (); SELECT pg_sleep(0.2);");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  running_program first(p.command({"up", "--json"}));
  running_program second(p.command({"up", "--json"}));
  const auto one = first.wait();
  const auto two = second.wait();
  CHECK_MESSAGE(one.exit_code == 0, one.err);
  CHECK_MESSAGE(two.exit_code == 0, two.err);
  std::vector<std::string> outcomes{json(one.out).text("/outcome"), json(two.out).text("/outcome")};
  std::sort(outcomes.begin(), outcomes.end());
  CHECK(outcomes == std::vector<std::string>{"applied", "nothing_to_do"});
}

TEST_CASE("post_execute fires after COMMIT: a failing COMMIT announces nothing, a failing hook takes nothing back") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check",
                                 "config = { checks = [{ name = \"announce\", phase = \"post_execute\", "
                                 "sql = \"SELECT count(*) FROM a\", expect = 7 }] }"));
  p.migration("1_a.up.sql",
              "CREATE TABLE a (x int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1), (1);\n");
  run_davit(p, {"up"}, 1);
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE phase = 'post_execute'") == "0");

  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  const auto applied = run_json(p, {"up"}, 1);
  CHECK(applied.text("/error/code") == "hook_failed");
  CHECK(has(applied.text("/error/state"), "1_a is applied and stays so"));
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("a hook sees the migration's own schema, needs no second connection, and its failure is not swallowed") {
  const auto checks = [](std::string_view expected) {
    return "environment = \"test\"\n" +
           shipped_plugin("integrity_check", "config = { checks = [{ name = \"rows\", phase = \"after_ddl\", sql = "
                                             "\"SELECT count(fresh) FROM big\", expect = " +
                                                 std::string(expected) + " }] }");
  };
  const project p(checks("1"));
  p.database().sql("CREATE TABLE big (x int); INSERT INTO big VALUES (1)");
  p.migration("1_alter.up.sql", "ALTER TABLE big ADD fresh int DEFAULT 1;");
  run_davit(p, {"up"});
  p.configure(checks("99"));
  p.migration("2_alter.up.sql", "ALTER TABLE big ADD more int;");
  run_davit(p, {"up"}, 1);
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("a hook that failed many times is called the next time all the same") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check", "on_failure = \"warn\"\nconfig = { checks = [{ name = \"no\", "
                                                    "sql = \"SELECT 1\", expect = 2 }] }"));
  for (int i = 1; i <= 8; ++i) p.migration(std::to_string(i) + "_x.up.sql", "SELECT 1;");
  const auto object = run_json(p, {"up"});
  CHECK(object.size("/hooks") == 8);
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE outcome = 'failed'") == "8");
}
