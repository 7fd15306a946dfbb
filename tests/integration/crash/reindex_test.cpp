// What PostgreSQL refuses inside a transaction with a context of its own, as code of the database would.
#include "../lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a partitioned table is reindexed, which PostgreSQL refuses in a block as if from inside of one") {
  const project p;
  p.database().sql("CREATE TABLE t (x int) PARTITION BY RANGE (x); CREATE TABLE t1 PARTITION OF t DEFAULT; CREATE "
                   "INDEX i ON t (x)");
  const auto before = p.database().sql("SELECT relfilenode FROM pg_class WHERE relname = 't1_x_idx'");
  p.migration("0001_t.up.sql", "-- davit: no-transaction\nREINDEX TABLE t;\nREINDEX INDEX i;");
  up(p, 0);
  CHECK(ledger(p) == "0001 applied");
  CHECK(p.database().sql("SELECT relfilenode FROM pg_class WHERE relname = 't1_x_idx'") != before);
}
