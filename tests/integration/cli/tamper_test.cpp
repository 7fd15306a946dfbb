// Every file of an applied migration is in its checksum: up, down and verify.
#include "shell.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace davit::test;

namespace {

const std::pair<std::string, std::string> files[] = {{"1_a.up.sql", "CREATE TABLE a (x int);"},
                                                     {"1_a.down.sql", "DROP TABLE a;"},
                                                     {"1_a.verify.sql", "SELECT to_regclass('a') IS NOT NULL;"}};

void applied(const project &p) {
  for (const auto &[name, sql] : files) p.migration(name, sql);
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  run_davit(p, {"up", "--to", "1"});
}

// Every command that would act on the migration refuses, naming the file.
void refused(const project &p, std::string_view file, std::string_view what) {
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"up"}, {"down"}, {"plan"}, {"plan", "--down"}}) {
    CAPTURE(command.front());
    const auto answer = run_json(p, command, 6);
    CHECK(answer.text("/error/code") == "checksum_changed");
    CHECK(has(answer.text("/error/message"), file));
    CHECK(has(answer.text("/error/message"), what));
  }
  CHECK_FALSE(exists(p, "b"));
  CHECK(ledger(p) == "1 applied");
}

} // namespace

TEST_CASE("an edited up, down or verify file of an applied migration is noticed, until it is as it was") {
  const project p;
  applied(p);
  for (const auto &file : files) {
    const auto &name = file.first;
    const auto &sql = file.second;
    CAPTURE(name);
    p.migration(name, sql + " -- edited");
    refused(p, name, "was changed");
    const auto verified = run_json(p, {"verify"}, 6);
    REQUIRE(verified.size("/differences") == 1);
    CHECK(verified.text("/differences/0/what") == "changed");
    CHECK(verified.text("/differences/0/file").ends_with(name));
    CHECK(has(run_json(p, {"status"}).text("/migrations/0/note"), name));
    p.migration(name, sql);
    run_davit(p, {"verify"});
  }
  run_davit(p, {"up"});
}

TEST_CASE("a missing file of an applied migration is noticed") {
  const project p;
  applied(p);
  for (const auto name : {"1_a.down.sql", "1_a.verify.sql"}) {
    CAPTURE(name);
    std::filesystem::remove(p.folder() / "migrations" / name);
    refused(p, name, "is gone");
    CHECK(run_json(p, {"verify"}, 6).text("/differences/0/what") == "removed");
    for (const auto &[file, sql] : files) p.migration(file, sql);
  }
  for (const auto &[name, sql] : files) std::filesystem::remove(p.folder() / "migrations" / name);
  refused(p, "1_a", "is gone");
  const auto status = run_json(p, {"status"});
  CHECK_FALSE(status.boolean("/migrations/0/in_folder"));
  CHECK(status.text("/migrations/0/note") == "1_a is gone");
}

TEST_CASE("a down file that was added later is told of and used") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  p.migration("1_a.down.sql", "DROP TABLE a;");
  CHECK(run_json(p, {"verify"}).text("/differences/0/what") == "added");
  run_davit(p, {"down"});
  CHECK_FALSE(exists(p, "a"));
}

TEST_CASE("a reverted migration may be rewritten") {
  const project p;
  applied(p);
  run_davit(p, {"down"});
  p.migration("1_a.up.sql", "CREATE TABLE a (x int, y int);");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT count(y) FROM a") == "0");
}

TEST_CASE("renaming a migration keeps its version: nothing differs, nothing is pending") {
  const project p;
  applied(p);
  for (const auto &[name, sql] : files) {
    std::filesystem::remove(p.folder() / "migrations" / name);
    p.migration("01_renamed" + name.substr(3), sql);
  }
  run_davit(p, {"verify"});
  CHECK(run_json(p, {"plan"}).size("/migrations") == 1);
}
