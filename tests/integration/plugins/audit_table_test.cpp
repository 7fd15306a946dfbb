// The audit table: where it is, when it is made, and what stands in it besides the migration.
#include "shipped.hpp"

#include "support/working_role.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("audit-log: any name that PostgreSQL takes will do") {
  struct {
    std::string config, sql;
  } const names[] = {
      {R"('ops."Who did it"')", R"(ops."Who did it")"},
      {R"('"Odd.Schema"."a ""quoted"" ; DROP TABLE users; --"')",
       R"("Odd.Schema"."a ""quoted"" ; DROP TABLE users; --")"},
      {R"("Ops.Größe$1")", "ops.größe$1"},
      {R"("audit_migrations")", "public.audit_migrations"},
  };
  for (const auto &name : names) {
    CAPTURE(name.config);
    for (const std::string_view connection : {"transaction", "side"}) {
      const project p(only("audit_log", "config = { table = " + name.config + ", connection = \"" +
                                            std::string(connection) + "\" }"));
      p.database().sql(R"(CREATE SCHEMA ops; CREATE SCHEMA "Odd.Schema"; CREATE TABLE users (id int))");
      // The name must not depend on what a migration does to the search path.
      p.migration("1_path.up.sql", "SET search_path = ops; CREATE TABLE t (id int);");
      up(p, 0);
      CHECK(p.database().sql("SELECT version, outcome FROM " + name.sql) == "1|applied");
      CHECK(p.database().sql("SELECT to_regclass('users') IS NOT NULL") == "t");
    }
  }
}

TEST_CASE("audit-log: a name that is no table's is refused before anything happens, with the key and the reason") {
  const project p(only("audit_log", R"(config = { table = "a.b.c" })"));
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  const auto result = p.davit({"up"});
  CHECK(result.exit_code == 4);
  CHECK(has(result.err, "table: "));
  CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
}

TEST_CASE("audit-log: only the environments that are named are recorded, and the others are told so") {
  const std::string config = R"(config = { environments = ["staging", "production"] })";
  const project p("environment = \"development\"\n" + shipped("it", "audit_log") + config);
  p.migration("1_one.up.sql", "SELECT 1;");
  up(p, 0);
  CHECK(p.database().sql("SELECT to_regclass('davit_audit') IS NULL") == "t");
  CHECK(reported(p, "it", "record") == "this environment is not recorded");

  p.migration("2_two.up.sql", "SELECT 1;");
  const auto result = p.davit({"--environment", "production", "up"});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(p.database().sql("SELECT version, environment FROM davit_audit") == "2|production");
}

TEST_CASE("audit-log, read-model, integrity-check: an empty list is none, not all, and is refused before anything") {
  struct {
    std::string_view library, config, key;
  } const emptied[] = {
      {"audit_log", "environments = []", "environments"},
      {"read_model", R"(models = [{ name = "m", sql = "TABLE m", environments = [] }])", "models.0.environments"},
      {"read_model", R"(models = [{ name = "m", sql = "TABLE m", versions = [] }])", "models.0.versions"},
      {"integrity_check", R"(checks = [{ sql = "SELECT 1", expect = 1, versions = [] }])", "checks.0.versions"},
      {"integrity_check", R"(captures = [{ name = "n", sql = "SELECT 1", versions = [] }])", "captures.0.versions"},
  };
  for (const auto &e : emptied) {
    CAPTURE(e.config);
    const project p(only(e.library, "config = { " + std::string(e.config) + " }"));
    p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
    const auto result = p.davit({"up"});
    CHECK(result.exit_code == 4);
    CHECK_MESSAGE(has(result.err, "plugin 'it'"), result.err);
    CHECK_MESSAGE(has(result.err, "davit.toml:"), result.err);
    CHECK_MESSAGE(has(result.err, std::string(e.key) +
                                      ": it is empty, so nothing would ever be meant; name at least one, "
                                      "or leave the key out for all of them"),
                  result.err);
    CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
  }
}

TEST_CASE("audit-log: hint and owner come from davit.toml or the command line") {
  const project p("environment = \"test\"\n[run]\nhint = \"ticket 4711\"\nhint_owner = \"release team\"\n" +
                  shipped("it", "audit_log"));
  p.migration("1_one.up.sql", "SELECT 1;");
  up(p, 0);
  p.migration("2_two.up.sql", "SELECT 1;");
  const auto result = p.davit({"up", "--hooks-hint", "it's 'urgent'", "--hooks-hint-owner", "Zoë"});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(p.database().sql("SELECT version, hint_owner, hint FROM davit_audit ORDER BY id") ==
        "1|release team|ticket 4711\n2|Zoë|it's 'urgent'");
}

TEST_CASE("audit-log: no DDL is run where the table is there") {
  const project p(only("audit_log", ""));
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  up(p, 0);
  p.database().sql("CREATE TABLE ddl (tag text);"
                   "CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS "
                   "$$ BEGIN INSERT INTO public.ddl VALUES (tg_tag); END $$;"
                   "CREATE EVENT TRIGGER note ON ddl_command_start EXECUTE FUNCTION note()");
  p.migration("2_data.up.sql", "INSERT INTO one VALUES (1);");
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM ddl") == "");
  CHECK(p.database().sql("SELECT count(*) FROM davit_audit") == "2");

  p.migration("3_more.up.sql", "ALTER TABLE one ADD note text;"); // the witness is awake
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM ddl") == "ALTER TABLE");
}

TEST_CASE("audit-log: the table may be kept by others, with columns of their own") {
  project p(only("audit_log", "config = { create_table = false }"));
  p.migration("1_one.up.sql", "SELECT 1;");
  CHECK(has(up(p, 1).err, "the audit table \"public\".\"davit_audit\" does not exist; create it, or set create_table"));

  p.configure(only("audit_log", ""));
  up(p, 0);
  p.database().sql("ALTER TABLE davit_audit ADD team text DEFAULT 'shop', ADD noticed boolean");
  p.configure(only("audit_log", "config = { create_table = false }"));
  p.migration("2_two.up.sql", "SELECT 1;");
  up(p, 0);
  CHECK(p.database().sql("SELECT version, team FROM davit_audit WHERE outcome = 'applied' ORDER BY id") ==
        "1|shop\n2|shop");
}

TEST_CASE("audit-log: the right to INSERT is enough where rows are only written") {
  const project p(only("audit_log", "config = { create_table = false }"));
  const working_role role(p);
  p.migration("1_one.up.sql", "SELECT 1;");
  p.migration("2_bad.up.sql", "SELECT 1 / 0;");
  p.database().sql("CREATE TABLE davit_audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run uuid, version "
                   "text, name text, direction text, environment text, database_user text, checksum text, outcome "
                   "text, sqlstate text, error text, hint_owner text, hint text, started_at timestamptz, finished_at "
                   "timestamptz); GRANT INSERT ON davit_audit TO " +
                   role.login() + ", " + role.owner());
  const auto run = p.davit({"up"}, role.as());
  CHECK_MESSAGE(run.exit_code == 1, run.err);
  CHECK_MESSAGE(has(run.err, "division by zero"), run.err);
  CHECK(p.database().sql("SELECT version, outcome FROM davit_audit ORDER BY id") == "1|applied\n2|failed");
}

TEST_CASE("audit-log: two instances keep two tables, each in its own way") {
  const project p(toml_head() + shipped("inside", "audit_log") + R"(config = { table = "public.inside" })" +
                  shipped("beside", "audit_log") + R"(config = { table = "public.beside", connection = "side" })");
  p.migration("1_one.up.sql", "SELECT 1;");
  p.migration("2_bad.up.sql", "DROP TABLE inside; SELECT 1 / 0;");
  up(p, 1);
  CHECK(p.database().sql("SELECT version, outcome FROM inside ORDER BY id") == "1|applied\n2|failed");
  CHECK(p.database().sql("SELECT version, outcome FROM beside ORDER BY id") == "1|applied\n2|failed");
}
