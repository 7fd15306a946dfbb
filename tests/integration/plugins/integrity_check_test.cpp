// Checks: what a query must give, and what happens to the migration when it does not.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string checks(std::string_view list) { return "config = { checks = [" + std::string(list) + "] }"; }

// What `davit up` of a harmless migration says of one check; "" if it holds. Users are 1 to 3, the last without email.
std::string verdict(std::string_view check, int expected_exit = 1) {
  const project p(only("integrity_check", checks("{ name = \"c\", " + std::string(check) + " }")));
  create_users(p, 3);
  p.database().sql("UPDATE users SET email = NULL WHERE id = 3");
  p.migration("1_note.up.sql", "ALTER TABLE users ADD note text;");
  const auto result = p.davit({"up"});
  INFO(check, "\n", result.err);
  CHECK(result.exit_code == (ledger(p) == "1 applied" ? 0 : expected_exit));
  if (result.exit_code == 0) return "";
  const std::string intro = " at after_validation ";
  const auto at = result.err.find(intro);
  REQUIRE(at != std::string::npos);
  return result.err.substr(at + intro.size(), result.err.find('\n', at) - at - intro.size());
}

} // namespace

TEST_CASE("integrity-check: one line of configuration finds NULL emails, and the migration is gone") {
  const project p(only(
      "integrity_check",
      R"(config = { checks = [{ sql = "SELECT count(*) FROM users WHERE email IS NULL", expect = 0, message = "Found NULL emails after migration" }] })"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int, email text);");
  up(p, 0);
  CHECK(reported(p, "it", "checks.0") == "holds: found 0");
  p.migration("2_careless.up.sql", "INSERT INTO users VALUES (1, NULL), (2, NULL);");
  const auto result = up(p, 1);
  CHECK(has(result.err, "Found NULL emails after migration (checks.0: expected 0, found 2)"));
  CHECK(p.database().sql("SELECT count(*) FROM users") == "0");
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("integrity-check: `expect` wants exactly one value") {
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", expect = 3)") == "");
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", expect = 4)") == "failed: c: expected 4, found 3");
  CHECK(verdict(R"(sql = "SELECT 2.00::numeric", expect = 2)") == "");
  CHECK(verdict(R"(sql = "SELECT 9007199254740993", expect = 9007199254740992)") ==
        "failed: c: expected 9007199254740992, found 9007199254740993");
  CHECK(verdict(R"(sql = "SELECT 0.1::float8", expect = 0.1)") == "");
  CHECK(verdict(R"(sql = "SELECT bool_and(email IS NOT NULL) FROM users WHERE id < 3", expect = true)") == "");
  CHECK(verdict(R"(sql = "SELECT bool_and(email IS NOT NULL) FROM users", expect = true)") ==
        "failed: c: expected true, found f");
  CHECK(verdict(R"(sql = "SELECT email FROM users WHERE id = 1", expect = "user1@example.org")") == "");
  CHECK(verdict(R"(sql = "SELECT 'ö'", expect = "Ö")") == "failed: c: expected \"Ö\", found ö");
  CHECK(verdict(R"(sql = "SELECT email FROM users WHERE id = 3", expect = "x")") ==
        "failed: c: expected \"x\", found NULL");
  CHECK(verdict(R"(sql = "SELECT id FROM users", expect = 1)") == "failed: c: expected 1, found 3 rows");
  CHECK(verdict(R"(sql = "SELECT id FROM users WHERE id > 9", expect = 1)") == "failed: c: expected 1, found no row");
}

TEST_CASE("integrity-check: `min` and `max` are limits, themselves included") {
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", min = 3)") == "");
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", max = 3)") == "");
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", min = 1, max = 2.5)") ==
        "failed: c: expected 1 to 2.5, found 3");
  CHECK(verdict(R"(sql = "SELECT count(*) FROM users", min = 4)") == "failed: c: expected at least 4, found 3");
  CHECK(verdict(R"(sql = "SELECT max(email) FROM users", max = 4)") ==
        "failed: c: expected at most 4, found user2@example.org");
}

TEST_CASE("integrity-check: `empty` is about rows, whatever is in them") {
  CHECK(verdict(R"(sql = "SELECT id FROM users WHERE id > 3", empty = true)") == "");
  CHECK(verdict(R"(sql = "SELECT id FROM users", empty = true)") == "failed: c: expected no row, found 3 rows");
  CHECK(verdict(R"(sql = "SELECT email FROM users WHERE id = 3", empty = false)") == "");
  CHECK(verdict(R"(sql = "SELECT id FROM users WHERE id > 3", empty = false)") ==
        "failed: c: expected at least one row, found none");
}

TEST_CASE("integrity-check: a veto is a refusal: exit 7, and no policy softens it") {
  CHECK(verdict(R"(sql = "SELECT 1", expect = 0, veto = true, message = "Not today")", 7) ==
        "refused: Not today (c: expected 0, found 1)");
  const project p(only("integrity_check",
                       "on_failure = \"ignore\"\n" + checks(R"({ sql = "SELECT 1", expect = 0, veto = true })")));
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  up(p, 7);
  CHECK(ledger(p) == "");
}

TEST_CASE("integrity-check: a query that the server refuses is a failure, never a passed check") {
  const auto said = verdict(R"(sql = "SELECT count(*) FROM orders", expect = 0)");
  CHECK(has(said, "c: relation \"orders\" does not exist (SQLSTATE 42P01)"));
  CHECK(has(said, "since"));
  CHECK(has(verdict(R"(sql = "SELEC 1", expect = 0)"), "syntax error"));
  CHECK(has(verdict(R"(sql = "SELECT 1; SELECT 2", expect = 2)"), "multiple commands"));
}

TEST_CASE("integrity-check: [[hooks]] softens one check; its finding is shown and recorded") {
  const project p(only("integrity_check", checks(R"(
    { name = "soft", sql = "SELECT count(*) FROM users", expect = 0 },
    { name = "hard", sql = "SELECT count(*) FROM users", max = 1 })") +
                                              R"(

[[hooks.after_validation]]
plugin = "it"
handler = "soft"
on_failure = "warn")"));
  p.migration("1_users.up.sql", "CREATE TABLE users (id int); INSERT INTO users VALUES (1);");
  const auto warned = up(p, 0);
  CHECK(has(warned.err, "soft: expected 0, found 1"));
  CHECK(has(calls(p), "after_validation soft failed 0"));
  CHECK(has(calls(p), "after_validation hard ok 0"));
  CHECK(reported(p, "it", "soft") == "soft: expected 0, found 1");
  p.migration("2_more.up.sql", "INSERT INTO users VALUES (2);");
  CHECK(has(up(p, 1).err, "hard: expected at most 1, found 2"));
}

TEST_CASE("integrity-check: a check runs at any phase, and keeps to what the phase can still refuse") {
  const auto at = [](std::string_view phase) {
    return checks("{ name = \"c\", sql = \"SELECT 1\", expect = 0, phase = \"" + std::string(phase) + "\" }");
  };
  struct {
    const char *phase;
    int exit;
    const char *ledger;
  } const cases[] = {{"startup", 1, ""},
                     {"pre_validate", 1, ""},
                     {"validated", 1, ""},
                     {"pre_execute", 1, ""},
                     {"before_ddl", 1, ""},
                     {"cleanup", 1, ""},
                     {"post_execute", 1, "1 applied"},
                     {"post_complete", 1, "1 applied"},
                     {"success", 0, "1 applied"}};
  for (const auto &c : cases) {
    CAPTURE(c.phase);
    const project p(only("integrity_check", at(c.phase)));
    p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
    const auto result = up(p, c.exit);
    CHECK(has(result.err, "c: expected 0, found 1"));
    CHECK(p.database().sql("SELECT to_regclass('one') IS NOT NULL") == (*c.ledger ? "t" : "f"));
    if (*c.ledger) CHECK(ledger(p) == c.ledger);
  }
}

TEST_CASE("integrity-check: a table is found where a migration has set another search_path, as files of pg_dump do") {
  const project p(
      only("integrity_check",
           "config = { checks = [{ name = \"emails\", sql = \"SELECT count(*) FROM users WHERE email IS NULL\", "
           "expect = 0, if_missing = \"skip\" }], captures = [{ name = \"n\", sql = \"SELECT count(*) FROM "
           "users\" }] }"));
  create_users(p, 3);
  const std::string head = "SELECT pg_catalog.set_config('search_path', '', false);\n";
  p.migration("1_note.up.sql", head + "ALTER TABLE public.users ADD note text;");
  up(p, 0);
  CHECK(stat(p, "it.n.after") == "3");
  p.migration("2_clear.up.sql", head + "UPDATE public.users SET email = NULL;");
  CHECK(has(up(p, 1).err, "emails"));
  CHECK(p.database().sql("SELECT count(*) FROM users WHERE email IS NULL") == "0");
}
