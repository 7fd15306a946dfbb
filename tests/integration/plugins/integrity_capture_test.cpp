// Captures: a value before the migration's SQL, and the same value after it.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string capture(std::string_view keys) {
  return only("integrity_check", "config = { captures = [{ name = \"n\", " + std::string(keys) + " }] }");
}

} // namespace

TEST_CASE("integrity-check: rows that a migration loses are noticed, and come back") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users")"));
  create_users(p, 1000);
  p.migration("1_add.up.sql", "INSERT INTO users VALUES (1001, 'new');");
  up(p, 0);
  CHECK(stat(p, "it.n.before") == "1000");
  CHECK(stat(p, "it.n.after") == "1001");
  CHECK(reported(p, "it", "n.after") == "n = 1001, before 1000");

  p.migration("2_careless.up.sql", "DELETE FROM users WHERE id > 998;");
  CHECK(has(up(p, 1).err, "Data was lost! (n: before 1001, after 998, must not decrease)"));
  CHECK(p.database().sql("SELECT count(*) FROM users") == "1001");
}

TEST_CASE("integrity-check: each rule allows what it says") {
  const auto run = [](std::string_view rule, std::string_view change) {
    const project p(capture("sql = \"SELECT sum(id) FROM users\", rule = \"" + std::string(rule) + "\""));
    create_users(p, 3);
    p.migration("1_change.up.sql", change);
    const auto result = p.davit({"up"});
    if (result.exit_code == 1) CHECK(has(result.err, "Data was lost!"));
    return result.exit_code;
  };
  constexpr std::string_view more = "INSERT INTO users VALUES (4);", less = "DELETE FROM users WHERE id = 1;",
                             same = "UPDATE users SET email = '';";
  CHECK(run("not_decreased", more) == 0);
  CHECK(run("not_decreased", same) == 0);
  CHECK(run("not_decreased", less) == 1);
  CHECK(run("not_increased", more) == 1);
  CHECK(run("not_increased", same) == 0);
  CHECK(run("not_increased", less) == 0);
  CHECK(run("equal", more) == 1);
  CHECK(run("equal", same) == 0);
  CHECK(run("equal", less) == 1);
}

TEST_CASE("integrity-check: `equal` compares text, and a veto refuses with the message given") {
  const project p(capture(R"(sql = "SELECT md5(string_agg(email, ',' ORDER BY id)) FROM users", rule = "equal", )"
                          R"(veto = true, message = "Emails are not to be touched" )"));
  create_users(p, 3);
  p.migration("1_note.up.sql", "ALTER TABLE users ADD note text;");
  up(p, 0);
  p.migration("2_change.up.sql", "UPDATE users SET email = upper(email);");
  CHECK(has(up(p, 7).err, "Emails are not to be touched (n: before "));
}

TEST_CASE("integrity-check: numbers beyond 64 bits are compared exactly") {
  const project p(capture(R"(sql = "SELECT max(n) FROM big")"));
  p.database().sql("CREATE TABLE big (n numeric); INSERT INTO big VALUES (123456789012345678901234567890.01)");
  p.migration("1_less.up.sql", "UPDATE big SET n = n - 0.01;");
  CHECK(has(up(p, 1).err, "before 123456789012345678901234567890.01, after 123456789012345678901234567890.00"));
}

TEST_CASE("integrity-check: a table that does not exist before has nothing to lose; one that vanishes has") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users")"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);
  CHECK(reported(p, "it", "n.before") == "nothing to measure yet: relation \"users\" does not exist");
  CHECK(reported(p, "it", "n.after") == "nothing to compare: it did not exist before");
  p.migration("2_drop.up.sql", "DROP TABLE users;");
  CHECK(has(up(p, 1).err, "Data was lost! (n: before 0, now relation \"users\" does not exist)"));
  CHECK(p.database().sql("SELECT to_regclass('users') IS NOT NULL") == "t");

  p.configure(capture(R"(sql = "SELECT count(*) FROM orders", if_missing = "fail")"));
  CHECK(has(up(p, 1).err, "hook it.n.before at before_ddl failed: n: relation \"orders\" does not exist"));
}

TEST_CASE("integrity-check: a migration that is meant to remove rows is left out of the capture") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users", versions = ["1", "3"])"));
  create_users(p, 3);
  p.migration("1_add.up.sql", "INSERT INTO users VALUES (4);");
  p.migration("2_purge.up.sql", "DELETE FROM users WHERE id = 1;");
  up(p, 0);
  p.migration("3_careless.up.sql", "DELETE FROM users WHERE id = 2;");
  up(p, 1);
  CHECK(ledger(p) == "1 applied,2 applied");
}

TEST_CASE("integrity-check: every migration is compared with its own beginning") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users")"));
  create_users(p, 5);
  p.migration("1_add.up.sql", "INSERT INTO users VALUES (6);");
  p.migration("2_none.up.sql", "ALTER TABLE users ADD note text;");
  p.migration("3_add.up.sql", "INSERT INTO users VALUES (7);");
  up(p, 0);
  CHECK(p.database().sql("SELECT string_agg(message, '; ' ORDER BY ordinal) FROM davit.hook_call "
                         "WHERE handler = 'n.after'") == "n = 6, before 5; n = 6, before 6; n = 7, before 6");
}

TEST_CASE("integrity-check: a capture across the whole run compares its two ends") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users", before = "validated", after = "post_complete")"));
  create_users(p, 5);
  p.migration("1_purge.up.sql", "DELETE FROM users WHERE id > 2;");
  p.migration("2_refill.up.sql", "INSERT INTO users SELECT generate_series(3, 5);");
  up(p, 0);
  p.migration("3_purge.up.sql", "DELETE FROM users WHERE id > 2;");
  const auto result = up(p, 1);
  CHECK(has(result.err, "Data was lost!"));
  CHECK(has(result.err, "all migrations are applied"));
}

TEST_CASE("integrity-check: two instances with a capture of the same name do not meet") {
  const auto entry = [](std::string_view name, std::string_view sql) {
    return shipped(name, "integrity_check") + "config = { captures = [{ name = \"n\", sql = \"" + std::string(sql) +
           "\" }] }\n";
  };
  const project p(toml_head() + entry("rows", "SELECT count(*) FROM users") +
                  entry("ids", "SELECT sum(id) FROM users"));
  create_users(p, 3);
  p.migration("1_note.up.sql", "ALTER TABLE users ADD note text;");
  up(p, 0);
  CHECK(stat(p, "rows.n.after") == "3");
  CHECK(stat(p, "ids.n.after") == "6");
}

TEST_CASE("integrity-check: an `after` without its `before` fails, as it has nothing to compare with") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users")") + R"(
[[hooks.before_ddl]]
plugin = "it"
handler = "n.before"
enabled = false)");
  create_users(p, 1);
  p.migration("1_note.up.sql", "ALTER TABLE users ADD note text;");
  CHECK(has(up(p, 1).err, "n: there is no value from before_ddl to compare with"));
}

TEST_CASE("integrity-check: what a migration without a transaction has lost is noticed also when it is gone on with") {
  const project p(capture(R"(sql = "SELECT count(*) FROM users")"));
  create_users(p, 5);
  p.migration("1_careless.up.sql", "-- davit: no-transaction\nDELETE FROM users WHERE id > 3;\nSELECT 1 / 0;\n");
  const auto begun = up(p, 1);
  CHECK(has(begun.err, "division by zero"));
  p.migration("1_careless.up.sql", "-- davit: no-transaction\nDELETE FROM users WHERE id > 3;\nSELECT 1;\n");
  for (int again = 0; again < 2; ++again) {
    p.davit({"repair", "1", "--resume"});
    CHECK(has(up(p, 1).err, "Data was lost! (n: before 5, after 3, must not decrease)"));
    CHECK(stat(p, "it.n.before") == "5");
  }
}
