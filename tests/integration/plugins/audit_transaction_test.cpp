// The audit log in the migration's own transaction: a row exists exactly if the migration does.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string rows(const project &p) {
  return p.database().sql(
      "SELECT version, name, direction, outcome, sqlstate, environment FROM davit_audit ORDER BY id");
}

bool has_table(const project &p, std::string_view name) {
  return p.database().sql("SELECT to_regclass('" + std::string(name) + "') IS NOT NULL") == "t";
}

} // namespace

TEST_CASE("audit-log: who applied what, when, and how it ended") {
  const project p(only("audit_log", ""));
  p.migration("0001_users.up.sql", "SELECT pg_sleep(0.05); CREATE TABLE users (id int);");
  up(p, 0);
  CHECK(rows(p) == "0001|users|up|applied||test");
  CHECK(p.database().sql("SELECT a.database_user = session_user, a.run = m.run, a.checksum = m.up_checksum, "
                         "a.error IS NULL, a.finished_at <= now(), a.hint IS NULL, a.hint_owner IS NULL "
                         "FROM davit_audit a JOIN davit.migration m USING (version)") == "t|t|t|t|t|t|t");
  CHECK(p.database().sql("SELECT finished_at - started_at BETWEEN '50 ms' AND '1 min' FROM davit_audit") == "t");
  CHECK(reported(p, "it", "record") == R"(recorded as applied in "public"."davit_audit")");
  CHECK(calls(p) == "cleanup record ok 1");
}

TEST_CASE("audit-log: a migration that fails leaves no row of success, and one of its failure") {
  const project p(only("audit_log", ""));
  p.migration("0001_users.up.sql", "CREATE TABLE users (id int);");
  const auto bad = p.migration("0002_bad.up.sql", "CREATE TABLE orders (id int);\nSELECT 1 / 0;");
  up(p, 1);
  CHECK(rows(p) == "0001|users|up|applied||test\n0002|bad|up|failed|22012|test");
  CHECK(p.database().sql("SELECT error FROM davit_audit WHERE version = '0002'") ==
        "division by zero; at " + bad.string() + ":2:1");
  CHECK_FALSE(has_table(p, "orders"));
}

TEST_CASE("audit-log: a COMMIT that is refused takes the row of success with it") {
  const project p(only("audit_log", ""));
  p.migration("1_orders.up.sql", "CREATE TABLE users (id int PRIMARY KEY);\n"
                                 "CREATE TABLE orders (user_id int REFERENCES users DEFERRABLE INITIALLY DEFERRED);\n"
                                 "INSERT INTO orders VALUES (7);");
  up(p, 1);
  CHECK(rows(p) == "1|orders|up|failed|23503|test");
  CHECK(has(p.database().sql("SELECT error FROM davit_audit"), "; detail: Key (user_id)=(7)"));
  CHECK(ledger(p) == "");
}

TEST_CASE("audit-log: a row that cannot be written fails the migration, unless the log is a best effort") {
  project p(only("audit_log", ""));
  p.database().sql("CREATE TABLE davit_audit (version text)");
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  const auto refused = up(p, 1);
  CHECK(has(refused.err, "hook it.record at cleanup failed"));
  CHECK_FALSE(has_table(p, "users"));

  p.configure(only("audit_log", "on_failure = \"warn\""));
  const auto warned = up(p, 0);
  CHECK(has(warned.err, "column \"run\" of relation \"davit_audit\" does not exist"));
  CHECK(has_table(p, "users"));
}

TEST_CASE("audit-log: the way down is recorded as well") {
  const project p(only("audit_log", ""));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("1_users.down.sql", "DROP TABLE users;");
  p.migration("2_broken.up.sql", "SELECT 1;");
  p.migration("2_broken.down.sql", "DROP TABLE nobody;");
  up(p, 0);
  const auto failed = p.davit({"down"});
  CHECK_MESSAGE(failed.exit_code == 1, failed.err);
  p.migration("2_broken.down.sql", "SELECT 1;");
  p.davit({"repair", "--accept-files"});
  const auto down = p.davit({"down", "--to", "0"});
  CHECK_MESSAGE(down.exit_code == 0, down.err);
  CHECK(rows(p) == "1|users|up|applied||test\n2|broken|up|applied||test\n2|broken|down|failed|42P01|test\n"
                   "2|broken|down|reverted||test\n1|users|down|reverted||test");
}

TEST_CASE("audit-log: a migration without a transaction has its row by itself") {
  const project p(only("audit_log", ""));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("2_index.up.sql", "CREATE INDEX CONCURRENTLY users_id ON users (id);");
  p.migration("3_half.up.sql", "-- davit: no-transaction\nCREATE TABLE half (id int);\nSELECT 1 / 0;");
  up(p, 1);
  CHECK(rows(p) == "1|users|up|applied||test\n2|index|up|applied||test\n3|half|up|failed|22012|test");
}

TEST_CASE("audit-log: the row is written as davit's user, whoever the migration has become") {
  const project p(only("audit_log", ""));
  const auto role = p.database().name() + "_app"; // roles belong to the whole server
  p.database().sql("CREATE ROLE " + role + "; CREATE SCHEMA app AUTHORIZATION " + role);
  p.migration("1_role.up.sql", "SET ROLE " + role + "; CREATE TABLE app.a (id int);");
  p.migration("2_session.up.sql", "SET SESSION AUTHORIZATION " + role + "; CREATE TABLE app.b (id int);");
  p.migration("3_local.up.sql", "SET LOCAL ROLE " + role + "; CREATE TABLE app.c (id int);");
  up(p, 0);
  CHECK(rows(p) == "1|role|up|applied||test\n2|session|up|applied||test\n3|local|up|applied||test");
  CHECK(p.database().sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'app'") == role);
  CHECK(p.database().sql("SELECT tableowner = session_user FROM pg_tables WHERE tablename = 'davit_audit'") == "t");
  p.database().sql("DROP SCHEMA app CASCADE; DROP ROLE " + role);
}

TEST_CASE("audit-log: a hook that refuses, and one that is too slow, are recorded as what they are") {
  const auto checks = shipped("checks", "integrity_check") + "deadline = \"100ms\"\n[plugins.config]\nchecks = [";
  const auto audit = toml_head() + shipped("audit", "audit_log");
  project p(audit + checks + R"({ name = "never", sql = "SELECT 1", expect = 2, veto = true }])");
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 7);
  p.configure(audit + checks + R"toml({ name = "slow", sql = "SELECT pg_sleep(60)", empty = false }])toml");
  up(p, 124);
  CHECK(rows(p) == "1|users|up|vetoed||test\n1|users|up|deadline||test");
  const auto error = [&p](std::string_view outcome) {
    return p.database().sql("SELECT error FROM davit_audit WHERE outcome = '" + std::string(outcome) + "'");
  };
  CHECK(error("vetoed") == "never: expected 2, found 1; in never of checks at after_validation");
  CHECK(has(error("deadline"), "; in slow of checks at after_validation"));
}
