// davit repair without an option explains; with one it goes the way chosen, as a run that history shows.
#include "lifecycle/sessions/lock_key.hpp"
#include "shell.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace davit::test;

namespace {

constexpr const char *begun =
    "-- davit: no-transaction\nCREATE TABLE a (x int);\n-- two\nINSERT INTO a\n VALUES (1);\n";

std::filesystem::path half_way(const project &p) {
  const auto file = p.migration("1_a.up.sql", std::string(begun) + "INSERT INTO later VALUES (2);\n");
  run_davit(p, {"up"}, 1);
  REQUIRE(ledger(p) == "1 partial");
  return file;
}

} // namespace

TEST_CASE("repair says where a migration stopped and what each way on means") {
  const project p;
  CHECK(has(run_davit(p, {"repair"}).out, "nothing to repair"));
  const auto file = half_way(p).string();
  const auto dump = p.database().whole_dump();
  const auto text = run_davit(p, {"repair"}, 6).out;
  for (const auto &words :
       {std::string(
            "1_a stopped half-way: the first 2 of 3 statements of its up file are in the database, the rest is not"),
        "done until " + file + ":4:1: INSERT INTO a VALUES (1)",
        "stopped in " + file + ":6:1: INSERT INTO later VALUES (2)", std::string("davit repair 1 --resume"),
        std::string("goes on at line 6"), std::string("davit repair 1 --applied"),
        std::string("davit repair 1 --reverted")})
    CHECK_MESSAGE(has(text, words), words);
  const auto object = run_json(p, {"repair", "1"}, 6);
  CHECK(object.text("/stopped/0/version") == "1");
  CHECK(object.integer("/stopped/0/stopped_in/line") == 6);
  CHECK(object.size("/stopped/0/choices") == 3);
  CHECK(p.database().whole_dump() == dump);
}

TEST_CASE("repair of a migration that is in order has nothing to say, of one that is not there it refuses") {
  const project p;
  half_way(p);
  p.database().sql("CREATE TABLE later (x int)");
  run_davit(p, {"repair", "1", "--resume"});
  run_davit(p, {"up"});
  CHECK(has(run_davit(p, {"repair", "1"}).out, "nothing to repair"));
  run_davit(p, {"repair", "7"}, 2);
}

TEST_CASE("what repair did is a run in history") {
  const project p;
  half_way(p);
  const auto run = run_json(p, {"repair", "1", "--reverted"}).text("/run");
  const auto shown = run_json(p, {"history", run});
  CHECK(shown.text("/run/command") == "repair");
  CHECK(shown.text("/run/outcome") == "repaired");
  CHECK(shown.text("/migrations/0/version") == "1");
  CHECK(shown.text("/migrations/0/outcome") == "marked as reverted");
  CHECK(shown.text("/migrations/0/message") == "partial before");
}

TEST_CASE("a file that was corrected behind the stop is resumed as it is now") {
  const project p;
  half_way(p);
  p.migration("1_a.up.sql",
              std::string(begun) + "-- corrected\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);\n");
  CHECK(has(run_davit(p, {"repair"}, 6).out, "only behind what is in the database"));
  CHECK(has(run_davit(p, {"repair", "1", "--resume"}).out, "with its file as it is now"));
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
  CHECK(p.database().sql("SELECT string_agg(x::text, ',' ORDER BY x) FROM a") == "1,2,3");
}

TEST_CASE("a file that was changed before the stop is not resumed") {
  const project p;
  half_way(p);
  p.migration("1_a.up.sql", "-- davit: no-transaction\nCREATE TABLE a (x int);\nCREATE TABLE b (x int);\n"
                            "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\n");
  const auto explained = run_davit(p, {"repair"}, 6).out;
  CHECK(has(explained, "--resume is refused"));
  CHECK_FALSE(has(explained, "davit repair 1 --resume"));
  CHECK(run_json(p, {"repair", "1", "--resume"}, 6).text("/error/code") == "checksum_changed");
  CHECK(ledger(p) == "1 partial");
  SUBCASE("nor is one of which the ledger does not know the beginning") {
    p.migration("1_a.up.sql", std::string(begun) + "INSERT INTO a VALUES (2);\n");
    p.database().sql("UPDATE davit.migration SET done_checksum = NULL");
    CHECK(has(run_json(p, {"repair", "1", "--resume"}, 6).text("/error/message"), "does not know"));
  }
  SUBCASE("nor one that is gone") {
    std::filesystem::remove(p.folder() / "migrations/1_a.up.sql");
    CHECK(has(run_davit(p, {"repair"}, 6).out, "the file is gone"));
    CHECK(has(run_json(p, {"repair", "1", "--resume"}, 6).text("/error/message"), "is gone"));
  }
  SUBCASE("nor is it accepted after it was told to go on") {
    p.migration("1_a.up.sql", std::string(begun) + "INSERT INTO later VALUES (2);\n");
    run_davit(p, {"repair", "1", "--resume"});
    p.migration("1_a.up.sql", "-- davit: no-transaction\nSELECT 1;\nSELECT 2;\nSELECT 3;\n");
    run_davit(p, {"up"}, 6);
    CHECK(run_json(p, {"repair", "--accept-files"}, 6).text("/error/code") == "checksum_changed");
  }
}

TEST_CASE("a file that would be one transaction after it was corrected is told how it can be resumed") {
  const project p;
  const std::string done = "BEGIN;\nCREATE TABLE a (x int);\nCOMMIT;\n";
  p.migration("1_a.up.sql", done + "CREATE INDEX CONCURRENTLY i ON missing (x);\n");
  run_davit(p, {"up"}, 1);
  p.migration("1_a.up.sql", done);
  CHECK(has(run_davit(p, {"repair"}, 6).out, "would be one transaction now"));
  CHECK(has(run_davit(p, {"repair", "1", "--resume"}, 6).err, "put '-- davit: no-transaction' above"));
  p.migration("1_a.up.sql", "-- davit: no-transaction\n" + done);
  run_davit(p, {"repair", "1", "--resume"});
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("--applied takes the file as it is by then") {
  const project p;
  half_way(p);
  p.migration("1_a.up.sql", "CREATE TABLE a (x int); -- completed by hand");
  run_davit(p, {"repair", "1", "--applied"});
  run_davit(p, {"verify"});
  CHECK(has(run_davit(p, {"up"}).out, "nothing to do"));
}

TEST_CASE("an INVALID index of the statement it stopped in is named with its fix, another one is not") {
  const project p;
  p.migration("1_t.up.sql", "CREATE TABLE t (x int); INSERT INTO t VALUES (1), (1);");
  p.migration("2_i.up.sql", "-- davit: no-transaction\nCREATE TABLE before_it ();\n"
                            "CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x);\n");
  run_davit(p, {"up"}, 1);
  const auto object = run_json(p, {"repair"}, 6);
  REQUIRE(object.size("/stopped/0/invalid_indexes") == 1);
  CHECK(object.text("/stopped/0/invalid_indexes/0/fix") == "DROP INDEX CONCURRENTLY \"public\".\"t_x\";");
  CHECK(has(run_davit(p, {"repair"}, 6).out, "index \"public\".\"t_x\" of table t is INVALID"));
  CHECK(has(run_davit(p, {"repair", "2", "--resume"}).err, "DROP INDEX CONCURRENTLY"));

  p.database().sql("ALTER INDEX t_x RENAME TO of_somebody_else");
  CHECK(run_json(p, {"repair"}, 6).size("/stopped/0/invalid_indexes") == 0);
}

TEST_CASE("a migration that stopped in its first statement is not said to have any in the database") {
  const project p;
  p.database().sql("CREATE TABLE t (x int); INSERT INTO t VALUES (1), (1)");
  const auto file = p.migration("1_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x);\nSELECT 1;\n").string();
  const auto failed = run_davit(p, {"up"}, 1).err;
  CHECK(has(failed, "1_i has no transaction: none of its 2 statements is completed"));
  CHECK(has(run_davit(p, {"status"}).out, "stopped in statement 1, which failed, but may be done in part"));
  CHECK(has(run_davit(p, {"doctor"}, 6).out, "1_i stopped in statement 1"));
  const auto text = run_davit(p, {"repair"}, 6).out;
  CHECK(has(text, "1_i stopped half-way: statement 1 of its up file failed, but may be done in part"));
  CHECK(has(text, "stopped in " + file + ":1:1"));
  CHECK(has(text, "the next davit up begins it anew"));
  CHECK(has(text, "you have undone what was run by hand"));
  for (const auto &shown : {failed, text, run_davit(p, {"up"}, 6).err}) CHECK_FALSE(has(shown, " 0 "));

  // There is nothing that the file would have to begin with.
  p.migration("1_i.up.sql", "CREATE INDEX CONCURRENTLY t_x ON t (x);\n");
  p.database().sql("DROP INDEX t_x");
  CHECK(has(run_davit(p, {"repair", "1", "--resume"}).out,
            "the next davit up begins 1 anew, with its file as it is now"));
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("repair --reverted takes a baseline back") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  p.migration("2_b.up.sql", "CREATE TABLE b (x int);");
  run_davit(p, {"baseline", "2"});
  run_davit(p, {"repair", "2", "--reverted"});
  CHECK(ledger(p) == "1 applied,2 reverted");
  run_davit(p, {"baseline", "2"});
  run_davit(p, {"repair", "2", "--reverted"});
  run_davit(p, {"up"});
  CHECK(exists(p, "b"));
  CHECK(has(run_davit(p, {"repair", "2", "--reverted"}, 6).err, "nothing to repair"));
}

TEST_CASE("repair and baseline change nothing while a run is under way") {
  const project p("environment = \"test\"\n[database]\nrun_lock_timeout = \"100ms\"\n");
  half_way(p);
  auto run = p.database().connect();
  const auto key = davit::lifecycle::lock_key(davit::lifecycle::run_lock, "davit");
  run.exec("SELECT pg_advisory_lock(" + std::to_string(key) + ")");
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"repair", "1", "--reverted"}, {"repair", "--accept-files"}, {"baseline", "1"}}) {
    CAPTURE(command.front());
    CHECK(run_json(p, command, 6).text("/error/code") == "locked");
  }
  CHECK(has(run_davit(p, {"repair"}, 6).out, "davit repair 1 --resume")); // looking needs no lock
  CHECK(ledger(p) == "1 partial");
}

TEST_CASE("repair lists files that are not what was applied") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  run_davit(p, {"up"});
  const auto file = p.migration("1_a.up.sql", "CREATE TABLE a (y int);");
  CHECK(has(run_davit(p, {"repair"}, 6).out, file.string() + " was changed since it was applied: bring"));
  CHECK(run_json(p, {"repair"}, 6).text("/changed_files/0") == file.string());
}
