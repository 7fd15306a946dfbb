#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("verify finds files and ledger in agreement") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("2_pending.up.sql", "CREATE TABLE b ();");
  run_davit(p, {"up", "--to", "1"});
  const auto text = run_davit(p, {"verify"});
  CHECK(has(text.out, "1 applied migration: 0 files differ"));
  CHECK(text.err.empty());
  const auto object = run_json(p, {"verify"});
  CHECK(object.integer("/applied") == 1);
  CHECK(object.size("/differences") == 0);
  CHECK_FALSE(object.has("/failed_checks"));
}

TEST_CASE("verify names a file that was added since, which is no conflict; one that was changed is") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  p.migration("1_a.down.sql", "DROP TABLE a;");
  const auto text = run_davit(p, {"verify"}).out;
  CHECK(has(text, "added    "));
  CHECK(has(text, "1_a.down.sql"));
  CHECK(has(text, "1 applied migration: 0 files differ, 1 was added since"));
  CHECK(run_json(p, {"verify"}).text("/differences/0/what") == "added");
  p.migration("1_a.up.sql", "CREATE TABLE b ();");
  CHECK(has(run_davit(p, {"verify"}, 6).out, "1 file differs, 1 was added since"));
}

TEST_CASE("verify --run-sql runs the verify files of what is applied, and keeps nothing of what they do") {
  const project p;
  p.migration("1_users.up.sql", "CREATE TABLE users (id int); INSERT INTO users VALUES (1);");
  p.migration("1_users.verify.sql", "DELETE FROM users; SELECT count(*) = 0 FROM users;");
  p.migration("2_orders.up.sql", "CREATE TABLE orders (id int);");
  const auto check = p.migration("2_orders.verify.sql", "SELECT count(*) = 0 FROM orders;");
  p.migration("3_pending.up.sql", "CREATE TABLE pending ();");
  p.migration("3_pending.verify.sql", "SELECT false;");
  run_davit(p, {"up", "--to", "2"});
  CHECK(has(run_davit(p, {"verify", "--run-sql"}).out, "0 checks failed"));
  CHECK(p.database().sql("SELECT count(*) FROM users") == "1");

  p.database().sql("INSERT INTO orders VALUES (1)");
  const auto text = run_davit(p, {"verify", "--run-sql"}, 1);
  CHECK(has(text.out, "1 check failed"));
  CHECK(has(text.err, check.string() + ":1:1"));
  const auto object = run_json(p, {"verify", "--run-sql"}, 1);
  CHECK(object.size("/failed_checks") == 1);
  CHECK(object.text("/failed_checks/0/migration") == "2_orders");
  CHECK(object.text("/failed_checks/0/error/code") == "verify_failed");
  CHECK(object.integer("/exit_code") == 1);

  p.database().sql("DROP TABLE users");
  const auto both = run_json(p, {"verify", "--run-sql"}, 1);
  CHECK(both.size("/failed_checks") == 2);
  CHECK(both.text("/failed_checks/0/error/sqlstate") == "42P01");
}

TEST_CASE("verify --run-sql waits for locks no longer than a run does") {
  const project p;
  p.configure("environment = \"test\"\n[database]\nlock_timeout = \"100ms\"\nstatement_timeout = \"1m\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.verify.sql", "SELECT current_setting('statement_timeout') = '1min';");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  p.migration("2_b.verify.sql", "SELECT count(*) = 0 FROM b;");
  run_davit(p, {"up"});
  auto other = p.database().connect();
  other.exec("BEGIN; LOCK TABLE b");
  const auto object = run_json(p, {"verify", "--run-sql"}, 1);
  REQUIRE(object.size("/failed_checks") == 1);
  CHECK(object.text("/failed_checks/0/migration") == "2_b");
  CHECK(object.text("/failed_checks/0/error/sqlstate") == "55P03");
}

TEST_CASE("RESET in a verify file leads back to the same timeouts under verify --run-sql as in a run") {
  const project p;
  p.configure("environment = \"test\"\n[database]\nlock_timeout = \"1500ms\"\nstatement_timeout = \"90s\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.verify.sql", "SET lock_timeout = 0; RESET ALL; SELECT current_setting('lock_timeout') = '1500ms' "
                                "AND current_setting('statement_timeout') = '90s';");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  p.migration("2_b.verify.sql", "RESET statement_timeout; RESET lock_timeout; SELECT current_setting('lock_timeout') = "
                                "'1500ms' AND current_setting('statement_timeout') = '90s';");
  run_davit(p, {"up"});
  CHECK(has(run_davit(p, {"verify", "--run-sql"}).out, "0 checks failed"));
}

TEST_CASE("a verify file that cannot run in a transaction is refused before anything runs") {
  const project p;
  p.migration("1_a.up.sql", "-- davit: no-transaction\nCREATE TABLE a ();");
  p.migration("1_a.verify.sql", "VACUUM;");
  for (const auto &arguments : std::vector<std::vector<std::string>>{{"plan"}, {"up", "--dry-run"}, {"up"}}) {
    const auto object = run_json(p, arguments, 3);
    CHECK(object.text("/error/message") == "a verify file runs in a transaction: VACUUM at line 1 cannot");
  }
  CHECK(p.database().sql("SELECT to_regclass('a') IS NULL") == "t");
}

TEST_CASE("LOCK TABLE without a transaction is refused by plan and run alike, before anything runs") {
  const project p;
  p.migration("1_a.up.sql", "-- davit: no-transaction\nCREATE TABLE a ();\nLOCK TABLE a;");
  for (const auto &arguments : std::vector<std::vector<std::string>>{{"plan"}, {"up", "--dry-run"}, {"up"}})
    CHECK(run_json(p, arguments, 3).integer("/error/line") == 3);
  CHECK(p.database().sql("SELECT to_regclass('a') IS NULL") == "t");
}
