// A migration's settings are its own: they work inside it, and neither the ledger nor the next migration sees them.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// Removed at the end: roles belong to the server, which all tests share.
struct role {
  const project &p;
  std::string name;
  role(const project &of, std::string attributes) : p(of), name(of.database().name() + "_role") {
    p.database().sql("CREATE ROLE " + name + " " + attributes + "; GRANT ALL ON SCHEMA public TO " + name +
                     "; GRANT CREATE ON DATABASE " + p.database().name() + " TO " + name);
  }
  ~role() {
    try {
      p.database().sql("REASSIGN OWNED BY " + name + " TO postgres; DROP OWNED BY " + name + "; DROP ROLE " + name);
    } catch (const std::exception &problem) {
      MESSAGE("role ", name, " is left behind: ", problem.what());
    }
  }
  role(const role &) = delete;
  role &operator=(const role &) = delete;
};

} // namespace

TEST_CASE("SET search_path, SET ROLE and SET SESSION AUTHORIZATION work and end with their migration") {
  const project p;
  const role other(p, "");
  p.migration("1_path.up.sql", "CREATE SCHEMA app; SET search_path = app; CREATE TABLE in_app ();");
  p.migration("2_role.up.sql", "SET ROLE " + other.name + "; CREATE TABLE theirs ();");
  p.migration("3_session.up.sql", "SET SESSION AUTHORIZATION " + other.name + "; CREATE TABLE theirs_too ();");
  p.migration("4_next.up.sql", "CREATE TABLE ours AS SELECT current_user::text AS u, session_user::text AS s, "
                               "current_setting('search_path') AS path;");
  p.migration("4_next.verify.sql", "SELECT current_user = 'postgres';");
  run_davit(p, {"up"});
  CHECK(exists(p, "app.in_app"));
  CHECK(p.database().sql("SELECT string_agg(tableowner, ',' ORDER BY tablename) FROM pg_tables WHERE tablename IN "
                         "('theirs', 'theirs_too')") == other.name + "," + other.name);
  CHECK(p.database().sql("SELECT * FROM public.ours") == "postgres|postgres|\"$user\", public");
  CHECK(ledger(p) == "1 applied,2 applied,3 applied,4 applied");
  CHECK(p.database().sql("SELECT string_agg(DISTINCT applied_by, ',') FROM davit.migration") == "postgres");
}

TEST_CASE("settings of a failed or no-transaction migration do not leak either") {
  const project p;
  p.migration("1_a.up.sql", "-- davit: no-transaction\nSET search_path = pg_catalog;\nSET work_mem = '77MB';\n"
                            "SET lock_timeout = '1ms';\nSET default_transaction_read_only = on;\n");
  p.migration("2_b.up.sql", "CREATE TABLE b AS SELECT current_setting('work_mem') AS w;");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied");
  CHECK(p.database().sql("SELECT w <> '77MB' FROM public.b") == "t");
}

TEST_CASE("where strings have escapes by default, a file that would be read otherwise than by psql is refused") {
  const project p;
  p.database().sql("CREATE TABLE x (y text); INSERT INTO x VALUES ('k')");
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET standard_conforming_strings = off");
  const std::string update = "UPDATE x SET y = 'a\\'; DELETE FROM x; --';\n";
  p.migration("1_a.up.sql", "\n" + update);
  CHECK(has(run_davit(p, {"doctor"}).out, "standard_conforming_strings is off"));
  CHECK(has(run_davit(p, {"doctor"}).out, "functions and triggers that migrations call run with it on"));
  CHECK(has(p.davit({"up"}).err, "functions and triggers that migrations call run with it on"));
  for (const std::vector<std::string> &command : {std::vector<std::string>{"plan"}, {"up", "--dry-run"}, {"up"}}) {
    const auto answer = run_json(p, command, 3);
    CHECK(answer.text("/error/code") == "migration_syntax");
    CHECK(answer.integer("/error/line") == 2);
    CHECK(answer.integer("/error/column") == 18);
  }
  CHECK(p.database().sql("TABLE x") == "k");
  p.migration("1_a.up.sql", "SET standard_conforming_strings = off;\n" + update);
  p.migration("1_a.verify.sql", "SELECT count(*) = 1 FROM x WHERE y <> '\\';");
  CHECK(has(run_davit(p, {"up"}, 3).err, "1_a.verify.sql:1:39"));
  p.migration("1_a.verify.sql", "SELECT count(*) = 1 FROM x;");
  run_davit(p, {"up"});
  CHECK(p.database().sql("TABLE x") == "a'; DELETE FROM x; --");
}

TEST_CASE("timeouts and read-only defaults of the role or the database do not end davit's work") {
  const project p;
  const role strict(p, "LOGIN");
  p.database().sql("ALTER ROLE " + strict.name + " SET statement_timeout = '50ms'; ALTER ROLE " + strict.name +
                   " SET lock_timeout = '1ms'; ALTER ROLE " + strict.name +
                   " SET idle_in_transaction_session_timeout = '50ms'; ALTER ROLE " + strict.name +
                   " SET idle_session_timeout = '50ms'");
  auto url = p.database().url();
  url.replace(url.find("user=postgres"), 13, "user=" + strict.name);
  p.migration("1_slow.up.sql", "SELECT pg_sleep(0.3);");
  run_davit(p, {"up"}, 0, {{"DAVIT_DATABASE_URL", url}});
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("[database] statement_timeout is for the migration's statements, and says where it struck") {
  const project p("environment = \"test\"\n[database]\nstatement_timeout = \"100ms\"\n");
  p.migration("1_slow.up.sql", "SELECT 1;\nSELECT pg_sleep(60);");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/sqlstate") == "57014");
  CHECK(failed.integer("/error/line") == 2);
}

TEST_CASE("a migration that hides pg_catalog behind tables and functions of its own is recorded all the same") {
  const project p;
  p.migration("1_trap.up.sql",
              "CREATE SCHEMA trap;\n"
              "CREATE FUNCTION trap.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass';\n"
              "CREATE FUNCTION trap.ltrim(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''x''';\n"
              "CREATE FUNCTION trap.differ(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';\n"
              "CREATE OPERATOR trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.differ);\n"
              "SET search_path = trap, pg_catalog;\n");
  run_davit(p, {"up"});
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET search_path = trap, pg_catalog");
  p.migration("2_next.up.sql", "CREATE TABLE public.next ();");
  p.migration("2_next.down.sql", "DROP TABLE public.next;");
  run_davit(p, {"up"});
  CHECK(run_json(p, {"status"}).integer("/applied") == 2);
  run_davit(p, {"down"});
  CHECK(run_json(p, {"history"}).size("/runs") == 3);
}

TEST_CASE("a temporary table that has the name of a type is not taken for it") {
  const project p;
  const std::string sql = "CREATE TEMP TABLE uuid (x int); CREATE TEMP TABLE text (x int); CREATE TABLE ";
  p.migration("1_a.up.sql", sql + "a ();");
  p.migration("2_b.up.sql", "-- davit: no-transaction\n" + sql + "b ();");
  CHECK(has(run_davit(p, {"up", "--dry-run"}).out, "1_a"));
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT string_agg(version || state, ',' ORDER BY version) FROM davit.migration") ==
        "1applied,2applied");
}
