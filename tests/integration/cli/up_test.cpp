#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

void three(const project &p) {
  for (const auto v : {"1", "2", "3"})
    p.migration(std::string(v) + "_t.up.sql", "CREATE TABLE t" + std::string(v) + " ();");
}

} // namespace

TEST_CASE("up applies what is pending, says so, and has nothing to do the second time") {
  const project p;
  three(p);
  const auto first = run_davit(p, {"up"});
  CHECK(has(first.out, "3 of 3 migrations applied"));
  CHECK(has(first.err, "applied  1_t"));
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
  CHECK(exists(p, "t3"));

  const auto second = run_davit(p, {"up"});
  CHECK(has(second.out, "nothing to do: every migration is applied"));
  const auto object = run_json(p, {"up"});
  CHECK(object.text("/outcome") == "nothing_to_do");
  CHECK(object.integer("/planned") == 0);
  CHECK(p.database().sql("SELECT count(*) FROM davit.run") == "1");
}

TEST_CASE("--json tells what was done, migration by migration") {
  const project p;
  three(p);
  const auto object = run_json(p, {"up"});
  CHECK(object.text("/command") == "up");
  CHECK(object.text("/outcome") == "applied");
  CHECK(object.integer("/planned") == 3);
  CHECK(object.integer("/done") == 3);
  CHECK(object.text("/run") == p.database().sql("SELECT id FROM davit.run"));
  CHECK(object.text("/migrations/2/version") == "3");
  CHECK(object.text("/migrations/2/direction") == "up");
  CHECK(object.text("/migrations/2/outcome") == "applied");
  CHECK(object.size("/warnings") == 0);
}

TEST_CASE("--to and --steps stop early, and the next up goes on") {
  const project p;
  three(p);
  run_davit(p, {"up", "--to", "1"});
  CHECK(ledger(p) == "1 applied");
  run_davit(p, {"up", "--steps", "1"});
  CHECK(ledger(p) == "1 applied,2 applied");
  run_davit(p, {"up", "--to", "2"});
  CHECK(ledger(p) == "1 applied,2 applied");
  run_davit(p, {"up", "--to", "003", "--steps", "9"});
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
}

TEST_CASE("a version that does not exist is refused before anything runs") {
  const project p;
  three(p);
  CHECK(has(run_davit(p, {"up", "--to", "4"}, 2).err, "--to 4"));
  CHECK(has(run_davit(p, {"up", "--to", "x4"}, 2).err, "digits"));
  CHECK_FALSE(exists(p, "t1"));
}

TEST_CASE("a failing migration is rolled back, those before it stay, those after it are not begun") {
  const project p;
  p.migration("1_good.up.sql", "CREATE TABLE good ();");
  p.migration("2_bad.up.sql", "CREATE TABLE half ();\nSELECT 1 / 0;");
  p.migration("3_never.up.sql", "CREATE TABLE never ();");
  const auto object = run_json(p, {"up"}, 1);
  CHECK(object.text("/error/sqlstate") == "22012");
  CHECK(has(object.text("/error/state"), "nothing of 2_bad is in the database"));
  CHECK(object.integer("/done") == 1);
  CHECK(object.text("/migrations/1/outcome") == "failed");
  CHECK(ledger(p) == "1 applied");
  CHECK(exists(p, "good"));
  CHECK_FALSE(exists(p, "half"));
  CHECK_FALSE(exists(p, "never"));
}

TEST_CASE("up --to says up to where there is nothing to do") {
  const project p;
  three(p);
  run_davit(p, {"up", "--to", "2"});
  CHECK(has(run_davit(p, {"up", "--to", "2"}).out, "nothing to do: every migration up to 2 is applied"));
  CHECK(ledger(p) == "1 applied,2 applied");
}

TEST_CASE("what is older than the newest applied is refused unless --out-of-order") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("3_c.up.sql", "CREATE TABLE c ();");
  run_davit(p, {"up"});
  const auto late = p.migration("2_b.up.sql", "CREATE TABLE b ();");
  const auto refused = run_json(p, {"up"}, 6);
  CHECK(refused.text("/error/code") == "out_of_order");
  CHECK(refused.text("/error/file") == late.string());
  CHECK(has(refused.text("/error/hint"), "--out-of-order"));
  run_davit(p, {"plan"}, 6);
  CHECK_FALSE(exists(p, "b"));
  const auto status = run_json(p, {"status"});
  CHECK(status.text("/migrations/1/note") == "out of order: " + refused.text("/error/message"));
  CHECK(has(run_davit(p, {"doctor"}, 6).out, refused.text("/error/message")));

  CHECK(run_json(p, {"plan", "--out-of-order"}).size("/migrations") == 1);
  run_davit(p, {"up", "--out-of-order"});
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
}

TEST_CASE("a verify file that fails takes the migration back") {
  const project p;
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  const auto check = p.migration("1_users.verify.sql", "SELECT true;\n\n  SELECT count(*) > 0 FROM users;");
  const auto object = run_json(p, {"up"}, 1);
  CHECK(object.text("/error/code") == "verify_failed");
  CHECK(object.text("/error/file") == check.string());
  CHECK(object.integer("/error/line") == 3);
  CHECK(object.integer("/error/column") == 3);
  CHECK_FALSE(exists(p, "users"));
}

TEST_CASE("what a verify file changes is not kept") {
  const project p;
  p.migration("1_users.up.sql", "CREATE TABLE users (id int);");
  p.migration("1_users.verify.sql",
              "INSERT INTO users VALUES (1); SELECT count(*) = 1 FROM users; SET ROLE pg_monitor;");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT count(*) FROM users") == "0");
}

TEST_CASE("--quiet leaves results and errors, --verbose names each phase, the statistics and notices") {
  const project p(
      "environment = \"test\"\n" +
      shipped_plugin("integrity_check",
                     "config = { captures = [{ name = \"tables\", sql = \"SELECT count(*) FROM pg_tables\", "
                     "rule = \"not_decreased\" }] }"));
  p.migration("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a (); CREATE TABLE IF NOT EXISTS a ();");
  const auto quiet = run_davit(p, {"up", "--quiet"});
  CHECK(quiet.err.empty());
  CHECK(has(quiet.out, "1 of 1 migration applied"));

  p.migration("2_b.up.sql", "CREATE TABLE IF NOT EXISTS a ();");
  const auto verbose = run_davit(p, {"up", "-v"});
  for (const auto words :
       {"[startup]", "[before_ddl]", "[success]", "applying 2_b (1 of 1)", "NOTICE", "integrity_check"})
    CHECK_MESSAGE(has(verbose.err, words), words);
  CHECK(has(verbose.out, "stat "));
  CHECK_FALSE(has(verbose.out, "[startup]"));

  p.migration("3_c.up.sql", "SELECT 1 / 0;");
  const auto failed = run_davit(p, {"up", "-q"}, 1);
  CHECK(has(failed.err, "division by zero"));
}

TEST_CASE("--hooks-hint, its owner and its token reach the plugins and the ledger, over davit.toml") {
  const project p("environment = \"test\"\n[run]\nhint = \"from the file\"\nhint_owner = \"nobody\"\n" +
                  shipped_plugin("audit_log"));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up", "--hooks-hint", "ticket 4711", "--hooks-hint-owner", "ann", "--hooks-hint-token", "t-1"});
  CHECK(p.database().sql("SELECT hint, hint_owner, hint_token FROM davit.run") == "ticket 4711|ann|t-1");
  CHECK(p.database().sql("SELECT count(*) FROM public.davit_audit a WHERE a::text LIKE '%ann%'") == "1");
}

TEST_CASE("--environment wins over DAVIT_ENVIRONMENT, that over the file") {
  const project p;
  const environment shell{{"DAVIT_ENVIRONMENT", "from-shell"}};
  CHECK(run_json(p, {"status"}).text("/environment") == "test");
  CHECK(run_json(p, {"status"}, 0, shell).text("/environment") == "from-shell");
  CHECK(run_json(p, {"status", "--environment", "flag"}, 0, shell).text("/environment") == "flag");
}
