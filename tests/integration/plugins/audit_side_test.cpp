// The audit log on the side connection: the row is there before the migration begins, and outlives its rollback.
#include "shipped.hpp"

#include <csignal>

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view side = R"(config = { connection = "side" })";

std::string rows(const project &p) {
  return p.database().sql("SELECT version, direction, outcome, sqlstate FROM davit_audit ORDER BY id");
}

// Says "half-way", then waits for a lock that the test holds.
constexpr std::string_view stops_half_way =
    "CREATE TABLE half (id int);\n"
    "DO $$ BEGIN RAISE WARNING 'half-way'; PERFORM pg_advisory_xact_lock(4711); END $$;";

} // namespace

TEST_CASE("audit-log: on the side connection a row is begun before the migration and completed after its COMMIT") {
  const project p(only("audit_log", side));
  p.database().sql("CREATE TABLE seen (outcome text)");
  p.migration("1_first.up.sql", "SELECT 1;");
  p.migration("2_looks.up.sql", "INSERT INTO seen SELECT outcome FROM davit_audit ORDER BY id;");
  up(p, 0);
  CHECK(rows(p) == "1|up|applied|\n2|up|applied|");
  CHECK(p.database().sql("SELECT * FROM seen") == "applied\nstarted");
  CHECK(calls(p) == "pre_execute record_start ok 1\npost_execute record ok 1\n"
                    "pre_execute record_start ok 1\npost_execute record ok 1");
  CHECK(p.database().sql("SELECT bool_and(started_at < finished_at) FROM davit_audit") == "t");
}

TEST_CASE("audit-log: on the side connection the row of a failed migration survives its rollback") {
  const project p(only("audit_log", side));
  p.migration("1_good.up.sql", "CREATE TABLE good (id int);");
  p.migration("2_bad.up.sql", "CREATE TABLE bad (id int); SELECT 1 / 0;");
  up(p, 1);
  CHECK(rows(p) == "1|up|applied|\n2|up|failed|22012");
  CHECK(p.database().sql("SELECT to_regclass('bad') IS NULL") == "t");
  CHECK(reported(p, "it", "record_open_row") == "no row was left open");
}

TEST_CASE("audit-log: on the side connection the way down is recorded as well") {
  const project p(only("audit_log", side));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("1_users.down.sql", "DROP TABLE users;");
  up(p, 0);
  const auto down = p.davit({"down"});
  CHECK_MESSAGE(down.exit_code == 0, down.err);
  CHECK(rows(p) == "1|up|applied|\n1|down|reverted|");
}

TEST_CASE("audit-log: a migration that another plugin has refused first is recorded all the same") {
  const project p(
      toml_head() + shipped("gate", "integrity_check") +
      R"(config = { checks = [{ name = "friday", sql = "SELECT true", expect = false, phase = "pre_execute", veto = true }] })" +
      shipped("audit", "audit_log") + std::string(side));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 7);
  CHECK(rows(p) == "1|up|vetoed|");
}

TEST_CASE("audit-log: where no row can be begun, no migration is started") {
  const project p(only("audit_log", R"(config = { connection = "side", table = "nowhere.audit" })"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  const auto refused = up(p, 1);
  CHECK(has(refused.err, "hook it.record_start at pre_execute failed: schema \"nowhere\" does not exist"));
  CHECK(p.database().sql("SELECT to_regclass('users') IS NULL") == "t");
}

TEST_CASE("audit-log: a row that was taken away after COMMIT is an error; the migration stays applied") {
  const project p(only("audit_log", side));
  p.migration("1_tamper.up.sql", "DELETE FROM davit_audit;");
  const auto result = up(p, 1);
  CHECK(has(result.err, "is no longer in \"public\".\"davit_audit\""));
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("audit-log: a migration that locks the audit table is told so instead of waiting for ever") {
  const project p(only("audit_log", R"(config = { connection = "side" }

[[hooks.cleanup]]
plugin = "it"
handler = "record")"));
  p.migration("1_lock.up.sql", "LOCK TABLE davit_audit IN ACCESS EXCLUSIVE MODE;");
  const auto result = up(p, 1);
  CHECK(has(result.err, "the side connection waits for"));
  CHECK(rows(p) == "1|up|failed|");
}

TEST_CASE("audit-log: an interrupted migration is recorded as interrupted, in both modes") {
  for (const std::string_view config : {side, std::string_view()}) {
    CAPTURE(config);
    const project p(only("audit_log", config));
    auto blocker = p.database().connect();
    blocker.exec("SELECT pg_advisory_lock(4711)");
    p.migration("1_half.up.sql", stops_half_way);
    running_program davit(p.command({"up"}));
    davit.wait_for_output("half-way");
    davit.send(SIGINT);
    const auto result = davit.wait();
    CHECK_MESSAGE(result.exit_code == 130, result.err);
    CHECK(has(rows(p), "1|up|interrupted|"));
  }
}

TEST_CASE("audit-log: a run that is interrupted behind COMMIT leaves the migration applied in the log") {
  const project p(shipped("models", "read_model") + R"(
[[plugins.config.models]]
name = "slow"
phase = "post_execute"
sql = "DO $$ BEGIN RAISE WARNING 'behind COMMIT'; PERFORM pg_advisory_xact_lock(4711); END $$"
)" + shipped("audit", "audit_log") +
                  std::string(side));
  auto blocker = p.database().connect();
  blocker.exec("SELECT pg_advisory_lock(4711)");
  p.migration("1_first.up.sql", "SELECT 1;");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("behind COMMIT");
  davit.send(SIGINT);
  const auto result = davit.wait();
  CHECK_MESSAGE(result.exit_code == 130, result.err);
  CHECK_MESSAGE(has(result.err, "not called at post_execute of 1_first"), result.err);
  CHECK(rows(p) == "1|up|applied|");
}

TEST_CASE("audit-log: on the side connection the row of a davit that was killed says that somebody tried") {
  const project p(only("audit_log", side));
  auto blocker = p.database().connect();
  blocker.exec("SELECT pg_advisory_lock(4711)");
  p.migration("1_half.up.sql", stops_half_way);
  running_program davit(p.command({"up"}));
  davit.wait_for_output("half-way");
  davit.send(SIGKILL);
  CHECK(davit.wait().signal == SIGKILL);
  blocker.exec("SELECT pg_advisory_unlock(4711)");
  CHECK(rows(p) == "1|up|started|");

  up(p, 0); // waits for the orphaned session
  CHECK(rows(p) == "1|up|started|\n1|up|applied|");
}
