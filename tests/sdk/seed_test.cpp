// Each example of the guide to migration hooks does what the guide says of it, in a real `davit up`.
#include "plugin_run.hpp"
#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace davit::test;

namespace {

std::string with(std::string_view library, std::string_view environment = "test") {
  return toml_head(environment) + plugin_entry("guide", library);
}

std::string text_of(const std::filesystem::path &file) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in, "cannot read ", file.string());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

} // namespace

TEST_CASE("Quick Start: verify_schema says which migration is complete, after it is") {
  const project p(with("quick_start"));
  p.migration("0001_create_users.up.sql", "CREATE TABLE users (id int PRIMARY KEY);");
  p.migration("0002_add_orders.up.sql", "CREATE TABLE orders (id int PRIMARY KEY);");
  const auto run = up(p, 0);
  const auto first = run.err.find("Completed: create_users");
  REQUIRE(first != std::string::npos);
  CHECK(has(run.err.substr(first), "Completed: add_orders"));
  CHECK(calls(p) == "post_execute verify_schema ok 0\npost_execute verify_schema ok 0");
}

TEST_CASE("Validation Hook: check_database reaches the database before any migration") {
  const project p(with("check_database"));
  p.migration("0001_broken.up.sql", "SELECT 1 / 0;");
  const auto run = up(p, 1);
  CHECK(has(run.err, "Database accessible"));
  CHECK(calls(p) == "pre_validate check_database ok 0");
}

TEST_CASE("Audit Logging: audit_log keeps a row for each migration of production, and none elsewhere") {
  const project p(with("audit_log", "production"));
  p.migration("0001_audit.up.sql", "CREATE TABLE audit_migrations (version text, name text, applied_at timestamptz);");
  p.migration("0002_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  const auto rows = [&p] {
    return p.database().sql("SELECT version, name FROM audit_migrations WHERE applied_at <= now() ORDER BY version");
  };
  CHECK(rows() == "0001|audit\n0002|users");

  p.configure(with("audit_log", "staging"));
  p.migration("0003_orders.up.sql", "CREATE TABLE orders (id int);");
  up(p, 0);
  CHECK(ledger(p) == "0001 applied,0002 applied,0003 applied");
  CHECK(rows() == "0001|audit\n0002|users");
}

TEST_CASE("Data Integrity Check: verify_emails fails the run when a migration leaves NULL emails") {
  const project p(with("verify_emails"));
  p.migration("0001_users.up.sql",
              "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a@b.example');");
  up(p, 0);

  p.migration("0002_more_users.up.sql", "INSERT INTO users VALUES (2, NULL);");
  p.migration("0003_never.up.sql", "CREATE TABLE never (id int);");
  const auto run = up(p, 1);
  CHECK(has(run.err, "Found NULL emails after migration!"));
  CHECK(has(run.err, "verify_emails"));
  // It runs after COMMIT: what was applied stays and is said so, and the run goes no further.
  CHECK(ledger(p) == "0001 applied,0002 applied");
  CHECK(p.database().sql("SELECT count(*) FROM users") == "2");
  CHECK(p.database().sql("SELECT to_regclass('never')") == "");
}

TEST_CASE("CQRS Read Model Backfill: BackfillReadModel upserts in the migration's transaction and reports the rows") {
  const project p(with("backfill_read_model"));
  p.database().sql("CREATE TABLE users (id int PRIMARY KEY);"
                   "CREATE TABLE orders (id int PRIMARY KEY, user_id int);"
                   "INSERT INTO users VALUES (1), (2);"
                   "INSERT INTO orders VALUES (10, 1), (11, 1)");
  const auto summary = [&p] { return p.database().sql("SELECT * FROM r_user_summary ORDER BY user_id"); };
  p.migration("0001_summary.up.sql", "CREATE TABLE r_user_summary (user_id int PRIMARY KEY, order_count bigint);");
  up(p, 0);
  CHECK(summary() == "1|2\n2|0");
  CHECK(calls(p) == "after_ddl BackfillReadModel ok 2");

  p.migration("0002_order.up.sql", "INSERT INTO users VALUES (3); INSERT INTO orders VALUES (12, 2);");
  up(p, 0);
  CHECK(summary() == "1|2\n2|1\n3|0");

  // What it wrote goes with the migration that fails after it.
  p.migration("0003_bad.up.sql", "INSERT INTO orders VALUES (13, 3);");
  p.migration("0003_bad.verify.sql", "SELECT 1 / 0;");
  up(p, 1);
  CHECK(summary() == "1|2\n2|1\n3|0");
}

TEST_CASE("Sharing Data Between Hooks: a count of before_ddl is compared in after_validation") {
  const project p(with("share_data"));
  p.database().sql("CREATE TABLE users (id int); INSERT INTO users SELECT generate_series(1, 1000)");
  p.migration("0001_harmless.up.sql", "ALTER TABLE users ADD email text;");
  up(p, 0);
  CHECK(stat(p, "initial_count") == "1000");

  p.migration("0002_careless.up.sql", "DELETE FROM users WHERE id > 999;");
  const auto run = up(p, 1);
  CHECK(has(run.err, "Data was lost!"));
  CHECK(ledger(p) == "0001 applied");
  CHECK(p.database().sql("SELECT count(*) FROM users") == "1000");
}

TEST_CASE("Decorator: my_hook is bound by its own source, without a word in the configuration") {
  const project p(with("my_hook"));
  p.migration("0001_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  CHECK(calls(p) == "post_execute my_hook ok 0");
}

TEST_CASE("YAML Configuration: log_migration runs where the configuration binds it, and nowhere else") {
  const std::string configuration = text_of(source_root() / "tests/sdk/seed/log_migration.toml");
  const environment plugin_path{{"DAVIT_PLUGIN_PATH", test_plugin_dir().string()}};
  const project p(toml_head() + configuration);
  p.migration("0001_create_users.up.sql", "CREATE TABLE users (id int);");
  auto run = p.davit({"up"}, plugin_path);
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK(has(run.err, "Starting: create_users"));
  CHECK(calls(p) == "pre_execute log_migration ok 0");

  p.configure(toml_head() + configuration.substr(0, configuration.find("[[hooks")));
  p.migration("0002_add_orders.up.sql", "CREATE TABLE orders (id int);");
  run = p.davit({"up"}, plugin_path);
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK_FALSE(has(run.err, "Starting: add_orders"));
}

TEST_CASE("Best Practices: safe_hook survives what is not critical, and does its work where it can") {
  const project p(with("safe_hook"));
  p.migration("0001_users.up.sql", "CREATE TABLE users (id int);");
  const auto run = up(p, 0);
  CHECK(has(run.err, "Hook failed (non-critical): "));
  CHECK(has(run.err, "dashboard"));
  CHECK(calls(p) == "post_execute safe_hook ok 0");

  p.database().sql("CREATE MATERIALIZED VIEW dashboard AS SELECT count(*) FROM users");
  p.migration("0002_first_user.up.sql", "INSERT INTO users VALUES (1);");
  CHECK_FALSE(has(up(p, 0).err, "Hook failed"));
  CHECK(p.database().sql("SELECT * FROM dashboard") == "1");
}

TEST_CASE("Hook Lifecycle: examples at several phases fire in the order of the guide") {
  const project p(toml_head() + plugin_entry("last", "quick_start") + plugin_entry("middle", "share_data") +
                  plugin_entry("first", "check_database"));
  p.database().sql("CREATE TABLE users (id int)");
  p.migration("0001_email.up.sql", "ALTER TABLE users ADD email text;");
  up(p, 0);
  CHECK(calls(p) == "pre_validate check_database ok 0\n"
                    "before_ddl capture_count ok 0\n"
                    "after_validation verify_count ok 0\n"
                    "post_execute verify_schema ok 0");
}
