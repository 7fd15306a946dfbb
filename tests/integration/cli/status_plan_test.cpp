#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("status tells applied from pending, in text and JSON, and exits with 8 only if asked to") {
  const project p;
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("1_users.down.sql", "DROP TABLE users;");
  p.migration("2_orders.up.sql", "CREATE TABLE orders (id int);");
  p.migration("2_orders.verify.sql", "SELECT to_regclass('orders') IS NOT NULL;");
  run_davit(p, {"up", "--to", "1"});

  const auto text = run_davit(p, {"status"});
  CHECK(has(text.out, "applied    1_users"));
  CHECK(has(text.out, "pending    2_orders"));
  CHECK(has(text.out, "1 applied, 1 pending in database " + p.database().name()));
  CHECK(text.err.empty());
  run_davit(p, {"status", "--exit-code"}, 8);

  const auto object = run_json(p, {"status", "--exit-code"}, 8);
  CHECK(object.text("/command") == "status");
  CHECK(object.text("/database") == p.database().name());
  CHECK(object.text("/environment") == "test");
  CHECK(object.integer("/applied") == 1);
  CHECK(object.integer("/pending") == 1);
  CHECK(object.text("/migrations/0/version") == "1");
  CHECK(object.text("/migrations/0/state") == "applied");
  CHECK(object.boolean("/migrations/0/down"));
  CHECK_FALSE(object.boolean("/migrations/0/verify"));
  CHECK(object.text("/migrations/0/applied_at").ends_with("Z"));
  CHECK(object.text("/migrations/0/applied_by") == "postgres");
  CHECK(object.number("/migrations/0/duration_ms") > 0);
  CHECK(object.text("/migrations/1/state") == "pending");
  CHECK_FALSE(object.has("/migrations/1/applied_at"));
  CHECK(object.boolean("/migrations/1/verify"));

  run_davit(p, {"up"});
  run_davit(p, {"status", "--exit-code"}, 0);
}

TEST_CASE("plan shows each migration's statements and the hooks around them, in the order of the run") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check",
                                 "deadline = \"7s\"\non_failure = \"warn\"\n"
                                 "config = { checks = [{ name = \"one\", sql = \"SELECT 1\", expect = 1 }] }"));
  p.migration("1_users.up.sql", "-- who\nCREATE TABLE users (id int);\n\nINSERT INTO users\n  VALUES (1);\n");
  p.migration("1_users.verify.sql", "SELECT true;");
  p.migration("2_vacuum.up.sql", "VACUUM;");

  const auto text = run_davit(p, {"plan"});
  CHECK(text.err.empty());
  std::size_t at = 0;
  for (const auto words : {"apply 1_users", "CREATE TABLE users (id int)", "INSERT INTO users VALUES (1)",
                           "verify with 1_users.verify.sql", "[after_validation] integrity_check.one",
                           "apply 2_vacuum without a transaction", "2 migrations to apply"}) {
    CAPTURE(words);
    const auto found = text.out.find(words, at);
    REQUIRE_MESSAGE(found != std::string::npos, text.out);
    at = found;
  }
  CHECK(has(text.out, "on failure warn, deadline 7000 ms"));

  const auto object = run_json(p, {"plan"});
  REQUIRE(object.size("/migrations") == 2);
  CHECK(object.text("/migrations/0/direction") == "up");
  CHECK(object.boolean("/migrations/0/transaction"));
  CHECK(object.size("/migrations/0/statements") == 2);
  CHECK(object.integer("/migrations/0/statements/1/line") == 4);
  CHECK(object.integer("/migrations/0/statements/1/column") == 1);
  CHECK(object.size("/migrations/0/verify") == 1);
  CHECK(object.text("/migrations/0/hooks/0/phase") == "after_validation");
  CHECK(object.text("/migrations/0/hooks/0/handler") == "one");
  CHECK(object.text("/migrations/0/hooks/0/on_failure") == "warn");
  CHECK(object.integer("/migrations/0/hooks/0/deadline_ms") == 7000);
  CHECK_FALSE(object.boolean("/migrations/1/transaction"));
  CHECK(has(object.text("/migrations/1/no_transaction_reason"), "VACUUM"));
}

TEST_CASE("plan takes the same selection as up, and shows down") {
  const project p;
  for (const auto v : {"1", "2", "3"}) {
    p.migration(std::string(v) + "_t.up.sql", "CREATE TABLE t" + std::string(v) + " ();");
    p.migration(std::string(v) + "_t.down.sql", "DROP TABLE t" + std::string(v) + ";");
  }
  const auto versions = [&p](std::vector<std::string> arguments) {
    const auto object = run_json(p, std::move(arguments));
    std::string out;
    for (std::size_t i = 0; i < object.size("/migrations"); ++i)
      out += object.text("/migrations/" + std::to_string(i) + "/version");
    return out;
  };
  CHECK(versions({"plan"}) == "123");
  CHECK(versions({"plan", "--to", "2"}) == "12");
  CHECK(versions({"plan", "--steps", "1"}) == "1");
  CHECK(versions({"plan", "--down", "--to", "0"}) == "");
  run_davit(p, {"up"});
  CHECK(versions({"plan"}) == "");
  CHECK(versions({"plan", "--down"}) == "3");
  CHECK(versions({"plan", "--down", "--steps", "2"}) == "32");
  CHECK(versions({"plan", "--down", "--to", "0"}) == "321");
}

TEST_CASE("a plan cuts long statements between characters and makes control characters visible") {
  const project p;
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ä";
  p.migration("1_long.up.sql", "SELECT '\x1b[31m" + umlauts + "';");
  const auto out = run_davit(p, {"plan"}).out;
  CHECK_FALSE(has(out, "\x1b"));
  CHECK(has(out, "\\x1b[31m"));
  CHECK(has(out, "ä…\n"));
}

TEST_CASE("a name in the ledger cannot fake a line of status") {
  const project p;
  p.migration("1_a.up.sql", "SELECT 1;");
  run_davit(p, {"up"});
  p.migration("1_a.up.sql", "SELECT 1;");
  p.database().sql(
      "INSERT INTO davit.migration SELECT '2', E'x\\napplied 3_y', kind, state, direction, 'x', NULL, NULL, "
      "applied_at, applied_by, duration_us, run FROM davit.migration");
  CHECK(has(run_davit(p, {"status"}).out, "2_x\\x0aapplied 3_y"));
}
