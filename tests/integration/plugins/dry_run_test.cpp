// The shipped plugins in a dry run: they do their work, say what a run would, and leave nothing.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string all_three(std::string_view audit_connection, int expected_users) {
  return toml_head() + shipped("audit", "audit_log") + "config = { connection = \"" + std::string(audit_connection) +
         "\" }\n" + shipped("check", "integrity_check") +
         "config = { checks = [{ sql = \"SELECT count(*) FROM users\", expect = " + std::to_string(expected_users) +
         " }] }\n" + shipped("model", "read_model") +
         "config = { models = [{ name = \"m\", sql = \"INSERT INTO r_users SELECT count(*) FROM users\" }] }\n";
}

void prepare(const project &p) {
  create_users(p, 2);
  p.database().sql("CREATE TABLE r_users (n bigint)");
  p.migration("1_user.up.sql", "INSERT INTO users VALUES (3, 'c@x');");
}

} // namespace

TEST_CASE("the shipped plugins work in a dry run, and nothing of it stays") {
  for (const std::string_view connection : {"transaction", "side"}) {
    CAPTURE(connection);
    const project p(all_three(connection, 3));
    prepare(p);
    const auto before = p.database().whole_dump();
    const auto answer = p.davit_json({"up", "--dry-run"});
    CHECK(answer.text("/outcome") == "rehearsed");
    CHECK(answer.integer("/stats/migrations/1/model.m.rows/value") == 1);
    CHECK(p.database().whole_dump() == before);
    up(p, 0);
    CHECK(p.database().sql("TABLE r_users") == "3");
    CHECK(p.database().sql("SELECT outcome FROM davit_audit") == "applied");
  }
}

TEST_CASE("a check that would fail fails the dry run as well") {
  const project p(all_three("transaction", 2));
  prepare(p);
  const auto before = p.database().whole_dump();
  const auto dry = p.davit({"up", "--dry-run"});
  CHECK(dry.exit_code == 1);
  CHECK(has(dry.err, "expected 2, found 3"));
  CHECK(p.database().whole_dump() == before);
  CHECK(has(up(p, 1).err, "expected 2, found 3"));
}

TEST_CASE("a dry run fails where a side connection could not write its audit table before the first migration") {
  const project p(toml_head() + shipped("audit", "audit_log") +
                  "config = { connection = \"side\", table = \"audit.log\" }\n");
  const std::string role = "auditor_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + " LOGIN; GRANT CREATE ON DATABASE " + p.database().name() + " TO " + role);
  const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
  p.migration("1_a.up.sql", "SELECT 1;");
  const auto refused = [&](std::string_view words) {
    const auto before = p.database().whole_dump();
    const auto dry = p.davit({"up", "--dry-run"}, as);
    CHECK_MESSAGE(dry.exit_code == 1, dry.err);
    CHECK_MESSAGE(has(dry.err, words), dry.err);
    CHECK(p.database().whole_dump() == before);
    CHECK(p.davit({"up"}, as).exit_code == 1);
  };
  refused("schema \"audit\" of the audit table does not exist");
  p.database().sql("CREATE SCHEMA audit");
  refused("permission denied for schema audit");
  p.database().sql("GRANT USAGE ON SCHEMA audit TO " + role);
  refused("this role has no right to create in \"audit\"");
  p.database().sql("GRANT CREATE ON SCHEMA audit TO " + role);
  CHECK(p.davit({"up", "--dry-run"}, as).exit_code == 0);
  CHECK(p.davit({"up"}, as).exit_code == 0);
  p.database().sql("REVOKE UPDATE ON audit.log FROM " + role);
  p.migration("2_b.up.sql", "SELECT 2;");
  refused("cannot be written to");
  p.database().sql("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
}
