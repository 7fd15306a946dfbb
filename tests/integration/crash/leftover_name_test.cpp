// However its name is written, an INVALID index is known by the one that the server gave it.
#include "stopped_index.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a leftover is found, named and dropped however its name is written") {
  const two_tables p;
  const std::string longest(62, 'x');
  std::string written, table = "t", name;
  SUBCASE("with Unicode escapes") {
    written = "U&\"d\\0061ta\"";
    name = "data";
  }
  SUBCASE("with another escape character") {
    written = "U&\"d!0061ta\" UESCAPE '!'";
    name = "data";
  }
  SUBCASE("the table's with Unicode escapes") {
    written = "i";
    table = "U&\"\\0074\"";
    name = "i";
  }
  SUBCASE("longer than the server keeps names") {
    written = longest + "yz";
    name = longest + "y";
  }
  SUBCASE("where the server would cut a character in two") {
    written = longest + "üz";
    name = longest;
  }
  SUBCASE("in letters that are not folded") {
    written = "ÄI";
    name = "Äi";
  }
  const std::string quoted = "\"public\".\"" + name + "\"";
  const auto stopped =
      p.stop_in("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS " + written + " ON " + table + " (i);");
  CHECK(has(stopped.answer().text("/error/hint"), "DROP INDEX CONCURRENTLY " + quoted + ";"));
  CHECK(has(p.davit({"repair"}).out, quoted));
  resume(p);
  CHECK(has(up(p, 0).err(), quoted + ", left INVALID by an earlier attempt, was dropped"));
  CHECK(p.indexes() == "public." + name + " t");
}

TEST_CASE("IF NOT EXISTS takes no INVALID index for a good one however its name is written") {
  const two_tables p;
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)"));
  p.migration("0001_i.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS U&\"\\0069\" ON t (i);");
  CHECK(up(p, 1).answer().text("/error/code") == "invalid_index");
  CHECK(ledger(p) != "0001 applied");
}
