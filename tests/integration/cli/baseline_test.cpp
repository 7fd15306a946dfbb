// davit baseline: a database that had its schema before davit came.
#include "shell.hpp"

#include "support/older_ledger.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace davit::test;

namespace {

void three_migrations(const project &p) {
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  p.migration("2_b.up.sql", "CREATE TABLE b (x int);");
  p.migration("2_b.down.sql", "DROP TABLE b;");
  p.migration("3_c.up.sql", "CREATE TABLE c (x int);");
}

} // namespace

TEST_CASE("baseline records what is there without running it, and up goes on after it") {
  const project p;
  three_migrations(p);
  p.database().sql("CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1)");
  const auto done = run_json(p, {"baseline", "2"});
  REQUIRE(done.size("/baselined") == 2);
  CHECK(done.text("/baselined/1/version") == "2");
  CHECK(ledger(p) == "1 applied,2 applied");
  CHECK(p.database().sql("SELECT * FROM a") == "1");
  run_davit(p, {"verify"});

  const auto status = run_json(p, {"status"});
  CHECK(status.boolean("/migrations/0/baselined"));
  CHECK(status.text("/migrations/0/state") == "applied");
  CHECK(has(run_davit(p, {"status"}).out, "baselined  2_b"));

  CHECK(has(run_davit(p, {"up"}).out, "1 of 1 migration applied"));
  CHECK(exists(p, "c"));
  const auto after = run_json(p, {"status"});
  CHECK_FALSE(after.has("/migrations/2/baselined"));
  CHECK(after.integer("/applied") == 3);
}

TEST_CASE("a baseline is a run that history shows, with who and what") {
  const project p;
  three_migrations(p);
  const auto run = run_json(p, {"baseline", "2"}).text("/run");
  const auto shown = run_json(p, {"history", run});
  CHECK(shown.text("/run/command") == "baseline");
  CHECK(shown.text("/run/outcome") == "baselined");
  CHECK_FALSE(shown.is_null("/run/finished"));
  CHECK_FALSE(shown.text("/run/os_user").empty());
  CHECK(shown.text("/migrations/1/outcome") == "baselined");
  CHECK(has(run_davit(p, {"history"}).out, "baseline baselined"));
}

TEST_CASE("a repeated baseline has nothing to do, also after later migrations") {
  const project p;
  three_migrations(p);
  run_davit(p, {"baseline", "02"});
  const auto dump = p.database().whole_dump();
  CHECK(has(run_davit(p, {"baseline", "2"}).out, "nothing to do"));
  const auto lower = run_davit(p, {"baseline", "1"});
  CHECK(has(lower.err, "still so: 2_b"));
  CHECK(p.database().whole_dump() == dump);
  run_davit(p, {"up"});
  CHECK(has(run_davit(p, {"baseline", "2"}).out, "nothing to do"));
}

TEST_CASE("a higher baseline adds what is missing") {
  const project p;
  three_migrations(p);
  run_davit(p, {"baseline", "1"});
  CHECK(run_json(p, {"baseline", "3"}).size("/baselined") == 2);
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
  CHECK(has(run_davit(p, {"up"}).out, "nothing to do"));
}

TEST_CASE("a version that the folder lacks is refused, and no ledger is made") {
  const project p;
  three_migrations(p);
  CHECK(run_json(p, {"baseline", "9"}, 2).text("/error/code") == "migration_version");
  CHECK(run_json(p, {"baseline", "0"}, 2).text("/error/code") == "migration_version");
  CHECK(run_json(p, {"baseline", "x"}, 2).text("/error/code") == "migration_version");
  CHECK_FALSE(exists(p, "davit.ledger"));
}

TEST_CASE("a baseline that contradicts the ledger is refused") {
  const project p;
  three_migrations(p);
  SUBCASE("a newer one is applied while an older one is not") {
    std::filesystem::rename(p.folder() / "migrations/1_a.up.sql", p.folder() / "kept");
    std::filesystem::remove(p.folder() / "migrations/1_a.down.sql");
    run_davit(p, {"up"});
    std::filesystem::rename(p.folder() / "kept", p.folder() / "migrations/1_a.up.sql");
    const auto refused = run_json(p, {"baseline", "2"}, 6);
    CHECK(refused.text("/error/code") == "ledger_conflict");
    CHECK(has(refused.text("/error/message"), "3_c is applied already, but 1_a is not"));
    CHECK(run_json(p, {"baseline", "3"}).size("/baselined") == 1);
  }
  SUBCASE("davit itself has reverted it") {
    run_davit(p, {"up", "--to", "2"});
    run_davit(p, {"down"});
    CHECK(has(run_json(p, {"baseline", "2"}, 6).text("/error/message"), "reverted by davit itself"));
  }
  SUBCASE("a file of what is applied was changed") {
    run_davit(p, {"up", "--to", "1"});
    p.migration("1_a.up.sql", "CREATE TABLE other (x int);");
    CHECK(run_json(p, {"baseline", "2"}, 6).text("/error/code") == "checksum_changed");
  }
  SUBCASE("a migration stopped half-way") {
    p.migration("1_a.up.sql", "-- davit: no-transaction\nCREATE TABLE a (x int);\nSELECT nothing;");
    run_davit(p, {"up"}, 1);
    CHECK(run_json(p, {"baseline", "2"}, 6).text("/error/code") == "partly_applied");
  }
  CHECK_FALSE(
      has(p.database().sql("SELECT string_agg(kind, ',') FROM davit.migration WHERE version = '2'"), "baseline"));
}

TEST_CASE("down runs the down file of a baselined migration, and what is applied again is no baseline any more") {
  const project p;
  three_migrations(p);
  p.database().sql("CREATE TABLE a (x int); CREATE TABLE b (x int)");
  run_davit(p, {"baseline", "2"});
  run_davit(p, {"down"});
  CHECK_FALSE(exists(p, "b"));
  run_davit(p, {"up", "--to", "2"});
  CHECK_FALSE(run_json(p, {"status"}).has("/migrations/1/baselined"));
}

TEST_CASE("up proposes a baseline where the very first migration finds its tables there") {
  const project p;
  three_migrations(p);
  p.database().sql("CREATE TABLE a (x int)");
  CHECK(has(run_json(p, {"up"}, 1).text("/error/hint"), "davit baseline VERSION"));
  run_davit(p, {"baseline", "1"});
  p.database().sql("CREATE TABLE b (x int)");
  CHECK_FALSE(run_json(p, {"up"}, 1).has("/error/hint"));
}

TEST_CASE("a ledger of the first version is read as it is, and brought up to date by the next run") {
  const project p;
  three_migrations(p);
  run_davit(p, {"up", "--to", "1"});
  make_ledger_older(p, 1);
  CHECK(run_json(p, {"status"}).integer("/applied") == 1);
  CHECK(ledger_version(p) == 1);
  run_davit(p, {"up"});
  CHECK(ledger_version(p) == newest_ledger_version());
  CHECK(ledger(p) == "1 applied,2 applied,3 applied");
}
