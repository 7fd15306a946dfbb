#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

void applied_three(const project &p) {
  for (const auto v : {"1", "2", "3"}) {
    p.migration(std::string(v) + "_t.up.sql", "CREATE TABLE t" + std::string(v) + " ();");
    p.migration(std::string(v) + "_t.down.sql", "DROP TABLE t" + std::string(v) + ";");
  }
  run_davit(p, {"up"});
}

} // namespace

TEST_CASE("down reverts one unless told otherwise, newest first") {
  const project p;
  applied_three(p);
  const auto text = run_davit(p, {"down"});
  CHECK(has(text.out, "1 of 1 migration reverted"));
  CHECK(has(text.err, "reverted 3_t"));
  CHECK(ledger(p) == "1 applied,2 applied,3 reverted");
  CHECK_FALSE(exists(p, "t3"));

  const auto object = run_json(p, {"down", "--steps", "2"});
  CHECK(object.text("/outcome") == "reverted");
  CHECK(object.text("/migrations/0/version") == "2");
  CHECK(object.text("/migrations/1/version") == "1");
  CHECK(object.text("/migrations/1/direction") == "down");
  CHECK(ledger(p) == "1 reverted,2 reverted,3 reverted");
  CHECK(has(run_davit(p, {"down"}).out, "nothing to do"));

  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
}

TEST_CASE("down --to keeps the version named; --to 0 reverts all") {
  const project p;
  applied_three(p);
  run_davit(p, {"down", "--to", "9"}, 2);
  run_davit(p, {"down", "--to", "1"});
  CHECK(ledger(p) == "1 applied,2 reverted,3 reverted");
  run_davit(p, {"down", "--to", "0"});
  CHECK_FALSE(exists(p, "t1"));
}

TEST_CASE("a migration without a down file cannot be reverted, and nothing above it is") {
  const project p;
  applied_three(p);
  const auto up = p.migration("4_gone.up.sql", "DROP TABLE t1;");
  p.migration("5_t.up.sql", "CREATE TABLE t5 ();");
  p.migration("5_t.down.sql", "DROP TABLE t5;");
  run_davit(p, {"up"});
  const auto refused = run_json(p, {"down", "--steps", "2"}, 6);
  CHECK(refused.text("/error/code") == "irreversible");
  CHECK(refused.text("/error/file") == up.string());
  CHECK(exists(p, "t5"));
  run_davit(p, {"down", "--steps", "1"});
  CHECK_FALSE(exists(p, "t5"));
}

TEST_CASE("VERSION_name.sql has no down") {
  const project p;
  p.migration("1_a.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
  CHECK(has(run_davit(p, {"down"}, 6).err, "no down file"));
}

TEST_CASE("a down file that fails leaves the migration applied") {
  const project p;
  applied_three(p);
  p.migration("4_a.up.sql", "CREATE TABLE t4 ();");
  p.migration("4_a.down.sql", "DROP TABLE t4;\nDROP TABLE t4;");
  run_davit(p, {"up"});
  const auto object = run_json(p, {"down"}, 1);
  CHECK(object.integer("/error/line") == 2);
  CHECK(exists(p, "t4"));
  CHECK(ledger(p) == "1 applied,2 applied,3 applied,4 applied");
  CHECK(run_json(p, {"status"}).integer("/applied") == 4);
}
