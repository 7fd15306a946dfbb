// What a failed CREATE INDEX CONCURRENTLY leaves behind is found, named, and taken away before another attempt.
#include "../lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr const char *drop = "DROP INDEX CONCURRENTLY \"public\".\"i\";";

struct twins : project { // a unique index on them fails
  twins() { database().sql("CREATE TABLE t (i int); INSERT INTO t VALUES (1), (1)"); }
};

std::string validity(const project &p) {
  return p.database().sql(
      "SELECT c.relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid "
      "= 't'::regclass ORDER BY 1");
}

} // namespace

TEST_CASE("an INVALID index is named with its fix, and dropped when the statement is resumed") {
  const twins p;
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);");
  const auto failed = up(p, 1);
  CHECK(has(failed.answer().text("/error/hint"), drop));
  CHECK(has(failed.answer().text("/error/hint"), "davit repair 0001 --resume"));
  CHECK(validity(p) == "i|f");
  CHECK(has(p.davit({"status"}).out, drop));
  CHECK(p.davit({"up"}).exit_code == 6);
  p.database().sql("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
  CHECK(p.davit({"repair", "0001", "--resume"}).exit_code == 0);
  const auto run = p.davit({"up"});
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK(has(run.err, "left INVALID by an earlier attempt, was dropped"));
  CHECK(validity(p) == "i|t");
}

TEST_CASE("IF NOT EXISTS does not take an INVALID index for the one that was asked for") {
  const twins p;
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)"));
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (i);");
  const auto failed = up(p, 1);
  CHECK(failed.answer().text("/error/code") == "invalid_index");
  CHECK(has(failed.answer().text("/error/hint"), drop));
  CHECK(validity(p) == "i|f");
}

TEST_CASE("another INVALID index of the same table is left alone") {
  const twins p;
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY other ON t (i)"));
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);");
  up(p, 1);
  p.database().sql("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
  CHECK(p.davit({"repair", "0001", "--resume"}).exit_code == 0);
  CHECK(p.davit({"up"}).exit_code == 0);
  CHECK(validity(p) == "i|t\nother|f");
}
