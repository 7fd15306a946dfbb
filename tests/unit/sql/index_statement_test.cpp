#include "sql/index_statement.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using davit::sql::index_statement;
using davit::sql::is_left_of_rebuilding;
using davit::sql::read_concurrent_index;
using verb = index_statement::verb;

TEST_CASE("the index and the table of a concurrent build are read as they are written") {
  const struct {
    std::string statement;
    verb what;
    std::vector<std::string> index, subject;
  } rows[] = {
      {"create index concurrently i on t (a)", verb::create, {"i"}, {"t"}},
      {"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I \"\"x\" ON ONLY Shop . T USING btree (a)",
       verb::create,
       {"\"I \"\"x\""},
       {"Shop", "T"}},
      {"create index concurrently on t (a)", verb::create, {}, {"t"}},
      {"create index concurrently U&\"d\\0061t\" on u&\"!00DC\" /* why */ uescape '!' . x (a)",
       verb::create,
       {"U&\"d\\0061t\""},
       {"u&\"!00DC\" UESCAPE '!'", "x"}},
      {"-- why\nreindex index concurrently s.i", verb::reindex_index, {}, {"s", "i"}},
      {"reindex (verbose, concurrently) table t", verb::reindex_table, {}, {"t"}},
      {"reindex schema concurrently s", verb::reindex_schema, {}, {"s"}},
      {"reindex (concurrently on) database d", verb::reindex_database, {}, {"d"}},
  };
  for (const auto &row : rows) {
    CAPTURE(row.statement);
    const auto found = read_concurrent_index(row.statement);
    REQUIRE(found);
    CHECK(found->what == row.what);
    CHECK(found->index == row.index);
    CHECK(found->subject == row.subject);
  }
}

TEST_CASE("whether the index is to be unique is read") {
  CHECK(read_concurrent_index("create unique index concurrently i on t (a)")->unique);
  CHECK_FALSE(read_concurrent_index("create index concurrently i on t (a)")->unique);
}

TEST_CASE("other statements build no index concurrently") {
  for (const auto *statement : {"create index i on t (a)", "drop index concurrently i", "vacuum t", "reindex table t",
                                "reindex database d", "reindex (concurrently off) schema s", "select 1"})
    CHECK_MESSAGE(!read_concurrent_index(statement), statement);
}

TEST_CASE("what a rebuilding leaves is told by its name from other indexes") {
  CHECK(is_left_of_rebuilding("i_ccnew", "i"));
  CHECK(is_left_of_rebuilding("i_ccold12", "i"));
  CHECK_FALSE(is_left_of_rebuilding("i_ccnewer", "i"));
  CHECK(is_left_of_rebuilding("i_ccold12"));
  CHECK_FALSE(is_left_of_rebuilding("i_ccnewer"));
  CHECK_FALSE(is_left_of_rebuilding("i", "i"));
  CHECK_FALSE(is_left_of_rebuilding("i_ccnew", "index"));
  const std::string longest(63, 'x');
  CHECK(is_left_of_rebuilding(longest.substr(6) + "_ccnew", longest));
  CHECK_FALSE(is_left_of_rebuilding(longest.substr(20) + "_ccnew", longest));
}
