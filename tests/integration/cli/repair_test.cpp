// davit repair: what davit cannot know after a migration without a transaction stopped half-way, or files were changed.
#include "shell.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace davit::test;

namespace {

// Two of its three statements are in the database.
void half_way(const project &p) {
  p.migration("1_a.up.sql", "-- davit: no-transaction\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\n"
                            "INSERT INTO later VALUES (2);\n");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(has(failed.text("/error/state"), "2 of 3 statements"));
  CHECK(failed.integer("/error/line") == 4);
  REQUIRE(ledger(p) == "1 partial");
}

} // namespace

TEST_CASE("a migration that stopped half-way blocks every run until someone says what is true") {
  const project p;
  half_way(p);
  for (const auto command : {"up", "down", "plan"}) {
    CAPTURE(command);
    const auto refused = run_json(p, {command}, 6);
    CHECK(refused.text("/error/code") == "partly_applied");
    CHECK(has(refused.text("/error/hint"), "davit repair 1"));
  }
  CHECK(has(run_davit(p, {"status"}).out, "stopped after statement 2"));
}

TEST_CASE("--resume goes on after the statements that are in the database") {
  const project p;
  half_way(p);
  CHECK(has(run_davit(p, {"repair", "1", "--resume"}).out, "after statement 2"));
  p.database().sql("CREATE TABLE later (x int)");
  CHECK(run_json(p, {"plan"}).integer("/migrations/0/skip_statements") == 2);
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
  CHECK(p.database().sql("SELECT * FROM a") == "1");
  CHECK(p.database().sql("SELECT * FROM later") == "2");
}

TEST_CASE("--after a statement before those that the ledger has as done says what will run again") {
  const project p;
  half_way(p);
  CHECK(run_json(p, {"repair", "1", "--resume", "--after", "2"}).size("/warnings") == 0);
  CHECK(run_json(p, {"repair", "1", "--resume", "--after", "1"}).text("/warnings/0") ==
        "the ledger has the first 2 statements as done: those after statement 1 will run again");
}

TEST_CASE("--applied and --reverted record what was done by hand") {
  {
    const project p;
    half_way(p);
    CHECK(has(run_json(p, {"repair", "001", "--applied"}).text("/message"), "applied"));
    CHECK(ledger(p) == "1 applied");
    run_davit(p, {"down"});
    CHECK_FALSE(exists(p, "a"));
  }
  const project p;
  half_way(p);
  p.database().sql("DROP TABLE a; CREATE TABLE later (x int)");
  run_davit(p, {"repair", "1", "--reverted"});
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
  CHECK(p.database().sql("SELECT count(*) FROM a") == "1");
}

TEST_CASE("repair touches nothing that is not broken") {
  const project p;
  run_davit(p, {"repair", "1", "--applied"}, 2);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  CHECK(has(run_davit(p, {"repair", "1", "--reverted"}, 6).err, "nothing to repair"));
  CHECK(has(run_davit(p, {"repair", "2", "--reverted"}, 2).err, "has no migration 2"));
  CHECK(has(run_davit(p, {"repair", "abc", "--resume"}, 2).err, "digits"));
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("--accept-files takes changed files as they are, but none if one is gone altogether") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  run_davit(p, {"up"});
  p.migration("1_a.up.sql", "CREATE TABLE a (); -- a comment");
  std::filesystem::remove(p.folder() / "migrations/2_b.up.sql");
  CHECK(has(run_davit(p, {"repair", "--accept-files"}, 6).err, "2_b"));
  for (const auto command : {"up", "doctor", "repair"}) {
    CAPTURE(command);
    const auto said = run_davit(p, {command}, 6);
    CHECK(has(said.out + said.err, "but no migration that has none"));
  }
  CHECK(run_json(p, {"verify"}, 6).size("/differences") == 2);

  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  CHECK(has(run_davit(p, {"repair", "--accept-files"}).out, "1 file accepted"));
  run_davit(p, {"verify"});
  run_davit(p, {"up"});
}
