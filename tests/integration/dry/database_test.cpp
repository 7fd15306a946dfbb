// A dry run leaves the database as it was, and a run after it does what it has shown.
#include "dry_run.hpp"

#include "support/older_ledger.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view all_phases_up = "startup pre_validate validated pre_execute before_validation before_ddl "
                                           "after_ddl after_validation cleanup post_execute post_complete success";

} // namespace

TEST_CASE("dry run: everything is executed, nothing is kept, and the next run does the same for good") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); INSERT INTO one VALUES (1);");
  p.migration("0001_one.verify.sql", "SELECT count(*) = 1 FROM one;");
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().text("/outcome") == "rehearsed");
  CHECK(dry.answer().integer("/done") == 1);
  CHECK(dry.answer().text("/migrations/0/outcome") == "rehearsed");
  CHECK(dry.answer().size("/not_tried") == 0);
  CHECK(dry.answer().size("/traces") == 0);
  CHECK(dry.phases() == all_phases_up);
  CHECK_FALSE(exists(p, "one"));
  CHECK(p.database().sql("SELECT to_regnamespace('davit') IS NULL") == "t");

  const auto real = up(p, 0);
  CHECK_FALSE(real.answer().boolean("/dry_run"));
  CHECK(real.phases() == all_phases_up);
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("dry run: later migrations build on earlier ones, and the ledger that is there stays as it is") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  p.migration("0002_two.up.sql", "INSERT INTO one VALUES (2); CREATE TABLE two (i int);");
  p.migration("0003_three.up.sql", "INSERT INTO two SELECT i FROM one; DROP TABLE one;");
  CHECK(rehearse(p, 0).answer().integer("/done") == 2);
  CHECK(rehearse(p, 0, {"up", "--to", "2"}).answer().integer("/done") == 1);
}

TEST_CASE("dry run: down goes through the down files in the phases of down") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  for (const std::string n : {"1", "2"}) {
    p.migration(n + "_t.up.sql", "CREATE TABLE t" + n + " (i int); INSERT INTO t" + n + " VALUES (1);");
    p.migration(n + "_t.down.sql", "DROP TABLE t" + n + ";");
  }
  up(p, 0);
  const auto dry = rehearse(p, 0, {"down", "--steps", "2"});
  CHECK(dry.answer().integer("/done") == 2);
  CHECK(has(dry.phases(), "validated pre_rollback before_validation before_ddl after_ddl after_validation cleanup "
                          "post_rollback pre_rollback"));
  CHECK(ledger(p) == "1 applied, 2 applied");
}

TEST_CASE("dry run: an older ledger is read as it is, and stays so") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  make_ledger_older(p, 2);
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  CHECK(rehearse(p, 0).answer().integer("/done") == 1);
  CHECK(p.database().sql("SELECT version FROM davit.ledger") == "2");
}

TEST_CASE("dry run: an older ledger that somebody uses, or that cannot be upgraded, is met as a run meets it") {
  const project p(head);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  make_ledger_older(p, 2);
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  SUBCASE("used") {
    auto reader = p.database().connect();
    reader.exec("BEGIN; SELECT FROM davit.migration");
    running_program davit(p.command({"up", "--dry-run", "--json"}));
    wait_for_lock_wait(p);
    reader.exec("COMMIT");
    CHECK(finished_run(davit.wait()).exit_code() == 0);
  }
  SUBCASE("in the way") {
    p.database().sql("ALTER TABLE davit.migration ADD COLUMN statements_begun text");
    const auto dry = rehearse(p, 1);
    const auto run = up(p, 1);
    CHECK(has(dry.answer().text("/error/message"), "\"statements_begun\" of relation \"migration\" already exists"));
    CHECK(dry.answer().text("/error/message") == run.answer().text("/error/message"));
  }
}

TEST_CASE("dry run: failing SQL is shown at its place, as in a run") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "SELECT 1;\nINSERT INTO nowhere VALUES (1);");
  const auto dry = rehearse(p, 1);
  CHECK(dry.answer().text("/error/sqlstate") == "42P01");
  CHECK(dry.answer().text("/error/file").ends_with("0002_two.up.sql"));
  CHECK(dry.answer().integer("/error/line") == 2);
  CHECK(has(dry.answer().text("/error/state"), "nothing of it stays in the database"));
  CHECK(dry.answer().integer("/done") == 1);
  CHECK(dry.phases().ends_with("before_ddl on_error failure"));
}

TEST_CASE("dry run: a verify file that does not hold is a failure") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.verify.sql", "SELECT count(*) = 1 FROM one;");
  CHECK(rehearse(p, 1).answer().text("/error/code") == "verify_failed");
}

TEST_CASE("dry run: with nothing pending there is nothing to rehearse") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().text("/outcome") == "nothing_to_do");
  CHECK(dry.phases() == "startup pre_validate validated success");
}

TEST_CASE("dry run: a lock that is not had is not tried again, and that is said") {
  const project p(head);
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_t.up.sql", "ALTER TABLE t ADD j int;");
  auto holder = p.database().connect();
  holder.exec("BEGIN; SELECT * FROM t");
  const auto dry = davit_run(p, {"up", "--dry-run"}, 1);
  CHECK(dry.answer().text("/error/sqlstate") == "55P03");
  CHECK(has(dry.answer().text("/error/hint"), "a dry run does not try again"));
  CHECK_FALSE(has(dry.err(), "attempt"));

  p.configure(std::string(head) + "lock_retries = 0\n"); // then a run does not try again, either
  CHECK_FALSE(has(davit_run(p, {"up", "--dry-run"}, 1).answer().text("/error/hint"), "try again"));
}

TEST_CASE("dry run: what it was is said in the text, with what would be applied") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto result = p.davit({"up", "--dry-run"});
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "dry run: 1 of 1 migration would be applied; everything is rolled back, nothing is recorded"));
  CHECK(has(result.out, "would be applied: 0001_one"));
  CHECK(has(result.out, "all locks were held together, for "));
}
