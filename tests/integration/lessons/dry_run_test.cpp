// A dry run tries everything and keeps nothing.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string hook(std::string_view what) { return action(R"t(phase = "after_ddl")t", what); }

} // namespace

TEST_CASE("a dry run runs the SQL and the hooks, asks nothing, and keeps nothing of them") {
  const project p(with_probe(hook(R"t(do = "sql", sql = "INSERT INTO audit SELECT count(*) FROM one")t") +
                             hook(R"t(do = "sql", sql = "SELECT i FROM audit")t")));
  p.database().sql("CREATE TABLE audit (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one AS SELECT 1 UNION ALL SELECT 2;");
  const auto before = p.database().whole_dump();
  auto command = p.command({"up", "--dry-run", "--json"});
  command.input = "y\n"; // an answer that another tool would take for a yes
  const finished_run run(davit::test::run(command));
  CHECK(run.exit_code() == 0);
  CHECK(run.messages("after_ddl") == "2");
  CHECK(p.database().whole_dump() == before);
  up(p, 0); // it is still to do
  CHECK(p.database().sql("SELECT i FROM audit") == "2");
}

TEST_CASE("a dry run finds SQL that is broken, also where it needs what an earlier migration of the run made") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto file = p.migration("0002_two.up.sql", "INSERT INTO one VALUES (1);\nSELECT j FROM one;");
  const auto run = davit_run(p, {"up", "--dry-run"}, 1);
  CHECK(run.answer().text("/error/sqlstate") == "42703");
  CHECK(run.answer().text("/error/file") == file.string());
  CHECK(run.answer().integer("/error/line") == 2);
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a dry run finds what only COMMIT would find") {
  const project p;
  p.database().sql("CREATE TABLE parent (i int PRIMARY KEY);"
                   "CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  p.migration("0001_one.up.sql", "INSERT INTO child VALUES (1);");
  CHECK(davit_run(p, {"up", "--dry-run"}, 1).answer().text("/error/sqlstate") == "23503");
}

TEST_CASE("a hook cannot keep what it did in a dry run, neither by COMMIT nor on its second connection") {
  const project p(with_probe(hook(R"t(do = "sql", sql = "INSERT INTO audit VALUES (1)")t") +
                             hook(R"t(do = "sql", sql = "COMMIT", catch = true)t") +
                             hook(R"t(do = "sql", side = true, sql = "INSERT INTO audit VALUES (2)", catch = true)t")));
  p.database().sql("CREATE TABLE audit (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = davit_run(p, {"up", "--dry-run"}, 0);
  CHECK(has(run.messages("after_ddl"), "SQL 25006"));
  CHECK(p.database().sql("SELECT count(*) FROM audit") == "0");
}
