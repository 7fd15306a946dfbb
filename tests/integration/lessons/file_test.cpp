// Migration files: what davit makes of them, and what it notices.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace davit::test;

TEST_CASE("an edit of any file of an applied migration is noticed: up, down and verify") {
  const project p;
  const std::pair<std::string, std::string> files[] = {{"1_a.up.sql", "CREATE TABLE a (i int);"},
                                                       {"1_a.down.sql", "DROP TABLE a;"},
                                                       {"1_a.verify.sql", "SELECT to_regclass('a') IS NOT NULL;"}};
  for (const auto &[name, sql] : files) p.migration(name, sql);
  up(p, 0);
  for (const auto &[name, sql] : files) {
    p.migration(name, sql + " -- edited");
    const auto run = up(p, 6);
    CHECK(run.answer().text("/error/code") == "checksum_changed");
    CHECK(has(run.answer().text("/error/message"), name));
    CHECK(p.davit({"verify"}).exit_code == 6);
    p.migration(name, sql);
  }
  up(p, 0);
}

TEST_CASE("a file is run statement by statement: two CREATE INDEX CONCURRENTLY in one file work") {
  const project p;
  p.database().sql("CREATE TABLE t (i int, j int)");
  p.migration("1_indexes.up.sql", "CREATE INDEX CONCURRENTLY t_i ON t (i);\nCREATE INDEX CONCURRENTLY t_j ON t (j);\n");
  up(p, 0);
  CHECK(p.database().sql("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid") == "2");
}

TEST_CASE("an error in a file has its line and column") {
  const project p;
  const auto file = p.migration("1_a.up.sql", "CREATE TABLE a (i int);\n\nSELECT i,\n       nothing FROM a;\n");
  const auto result = p.davit({"up"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, file.string() + ":4:8: "));
}

TEST_CASE("COMMIT inside a file is refused before anything has run") {
  const project p;
  p.migration("1_good.up.sql", "CREATE TABLE good (i int);");
  const auto file = p.migration("2_bad.up.sql", "CREATE TABLE bad (i int);\nCOMMIT;\nSELECT 1;\n");
  const auto run = up(p, 3);
  CHECK(run.answer().text("/error/file") == file.string());
  CHECK(run.answer().integer("/error/line") == 2);
  CHECK_FALSE(exists(p, "good"));
  CHECK_FALSE(exists(p, "bad"));
}

TEST_CASE("migrations of one name, made in the same second, are told apart by their versions and both applied") {
  const project p;
  std::deque<running_program> at_once;
  for (int i = 0; i < 4; ++i) at_once.emplace_back(p.command({"new", "add_index", "--timestamp", "--no-down"}));
  for (auto &made : at_once) CHECK(made.wait().exit_code == 0);
  const auto run = up(p, 0);
  CHECK(run.answer().integer("/done") == 4);
  CHECK(p.database().sql("SELECT count(DISTINCT version), count(DISTINCT name) FROM davit.migration") == "4|1");
}

TEST_CASE("two files of one version are refused, both by name") {
  const project p;
  p.migration("7_add_index.up.sql", "CREATE TABLE a (i int);");
  p.migration("007_add_index.up.sql", "CREATE TABLE b (i int);");
  const auto run = up(p, 3);
  CHECK(has(run.err(), " 7_add_index.up.sql"));
  CHECK(has(run.err(), "007_add_index.up.sql"));
}
