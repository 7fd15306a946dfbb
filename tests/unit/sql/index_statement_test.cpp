#include "sql/index_statement.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using davit::sql::may_leave;
using davit::sql::read_concurrent_index;

TEST_CASE("the index and the table of a concurrent build are read as the catalog names them") {
  const struct {
    std::string statement;
    std::vector<std::string> index, table;
  } rows[] = {
      {"create index concurrently i on t (a)", {"i"}, {"t"}},
      {"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I \"\"x\" ON ONLY Shop.T USING btree (a)",
       {"I \"x"},
       {"shop", "t"}},
      {"create index concurrently on t (a)", {}, {"t"}},
      {"-- why\nreindex index concurrently s.i", {"s", "i"}, {}},
      {"reindex (verbose, concurrently) table t", {}, {"t"}},
  };
  for (const auto &row : rows) {
    CAPTURE(row.statement);
    const auto found = read_concurrent_index(row.statement);
    REQUIRE(found);
    CHECK(found->index == row.index);
    CHECK(found->table == row.table);
  }
}

TEST_CASE("other statements build no index concurrently") {
  for (const auto *statement : {"create index i on t (a)", "drop index concurrently i", "vacuum t", "reindex table t",
                                "reindex database d", "select 1"})
    CHECK_MESSAGE(!read_concurrent_index(statement), statement);
}

TEST_CASE("a leftover is told from another index of the same table") {
  const auto named = *read_concurrent_index("create index concurrently i on t (a)");
  CHECK(may_leave(named, "t", "i"));
  CHECK_FALSE(may_leave(named, "t", "j"));
  CHECK_FALSE(may_leave(named, "u", "i"));
  CHECK(may_leave(*read_concurrent_index("create index concurrently on t (a)"), "t", "t_a_idx"));
  const auto rebuilt = *read_concurrent_index("reindex index concurrently i");
  CHECK(may_leave(rebuilt, "t", "i_ccnew"));
  CHECK(may_leave(rebuilt, "t", "i_ccnew12"));
  CHECK_FALSE(may_leave(rebuilt, "t", "i_ccnewer"));
  CHECK_FALSE(may_leave(rebuilt, "t", "i"));
  CHECK(may_leave(*read_concurrent_index("reindex table concurrently t"), "t", "i_ccold"));
  CHECK_FALSE(may_leave(*read_concurrent_index("reindex table concurrently t"), "t", "i"));
}
