// The guide to migration hooks has its users write each of these hooks; here configuration alone does the same.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string check(std::string_view keys) {
  return only("integrity_check", "config = { checks = [{ name = \"check\", " + std::string(keys) + " }] }");
}

} // namespace

TEST_CASE("Validation Hook: the database answers before any migration is read") {
  const project p(check(R"(sql = "SELECT 1", expect = 1, phase = "pre_validate")"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  CHECK(calls(p) == "pre_validate check ok 0");
}

TEST_CASE("Audit Logging: production's migrations are in audit_migrations, and nobody else's") {
  const std::string audit =
      shipped("audit", "audit_log") + R"(config = { table = "audit_migrations", environments = ["production"] })";
  project p("environment = \"production\"\n" + audit);
  p.migration("001_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  p.configure("environment = \"staging\"\n" + audit);
  p.migration("002_orders.up.sql", "CREATE TABLE orders (id int);");
  up(p, 0);
  CHECK(p.database().sql("SELECT version, name FROM audit_migrations WHERE finished_at <= now()") == "001|users");
}

TEST_CASE("Data Integrity Check: at post_execute a NULL email is reported, and stops the run") {
  const project p(check(R"(sql = "SELECT COUNT(*) FROM users WHERE email IS NULL", expect = 0, )"
                        R"(phase = "post_execute", message = "Found NULL emails after migration!")"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, NULL);");
  p.migration("2_never.up.sql", "CREATE TABLE never (id int);");
  const auto result = up(p, 1);
  CHECK(has(result.err, "Found NULL emails after migration!"));
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("CQRS Read Model Backfill: the statement of the guide, as it is printed there") {
  const project p(only("read_model", R"([[plugins.config.models]]
name = "BackfillReadModel"
sql = """
                INSERT INTO r_user_summary (user_id, order_count)
                SELECT u.id, COUNT(o.id)
                FROM users u LEFT JOIN orders o ON u.id = o.user_id
                GROUP BY u.id
                ON CONFLICT (user_id) DO UPDATE SET order_count = EXCLUDED.order_count
            """)"));
  p.migration("1_shop.up.sql", "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int, user_id int);"
                               "CREATE TABLE r_user_summary (user_id int PRIMARY KEY, order_count bigint);"
                               "INSERT INTO users VALUES (1), (2); INSERT INTO orders VALUES (1, 1);");
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM r_user_summary ORDER BY user_id") == "1|1\n2|0");
  CHECK(calls(p) == "after_ddl BackfillReadModel ok 2");
}

TEST_CASE("Sharing Data Between Hooks: an initial count of 1000 that shrinks is lost data") {
  const project p(
      only("integrity_check", R"(config = { captures = [{ name = "count", sql = "SELECT count(*) FROM users" }] })"));
  create_users(p, 1000);
  p.migration("1_careless.up.sql", "DELETE FROM users WHERE id = 1000;");
  CHECK(has(up(p, 1).err, "Data was lost!"));
  CHECK(p.database().sql("SELECT count(*) FROM users") == "1000");
}

TEST_CASE("Configuration: a handler is bound to a further phase by its name") {
  const project p(check(R"(sql = "SELECT 1", expect = 1)") + R"(
[[hooks.pre_execute]]
plugin = "it"
handler = "check")");
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  CHECK(calls(p) == "pre_execute check ok 0\nafter_validation check ok 0");
}

TEST_CASE("Best Practices: a failure that is not critical is said, and the run goes on") {
  const project p(check(R"toml(sql = "SELECT refresh_dashboard()", expect = true, phase = "post_execute")toml") + R"(
[[hooks.post_execute]]
plugin = "it"
handler = "check"
on_failure = "warn")");
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("2_orders.up.sql", "CREATE TABLE orders (id int);");
  const auto result = up(p, 0);
  CHECK(has(result.err, "function refresh_dashboard() does not exist"));
  CHECK(ledger(p) == "1 applied,2 applied");
}
