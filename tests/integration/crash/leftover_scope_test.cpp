// Of indexes of one name only that of the table which the statement means is its leftover.
#include "stopped_index.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr const char *build = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);";
constexpr const char *theirs = "\"s2\".\"i\"";

} // namespace

TEST_CASE("an INVALID index of that name in another schema is neither named nor dropped") {
  const two_tables p;
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON s2.t (i)"));
  const auto stopped = p.stop_in(build);
  CHECK(has(stopped.answer().text("/error/hint"), "\"public\".\"i\""));
  CHECK_FALSE(has(stopped.answer().text("/error/hint"), theirs));
  CHECK_FALSE(has(p.davit({"repair"}).out, theirs));
  CHECK_FALSE(has(resume(p).err, theirs));
  CHECK_FALSE(has(up(p, 0).all_output(), theirs));
  CHECK(p.indexes() == "public.i t, s2.i f");
}

TEST_CASE("the table is the one that search_path of the file has") {
  const two_tables p;
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)"));
  const auto stopped = p.stop_in("SET search_path = s2;\n" + std::string(build));
  CHECK(has(stopped.answer().text("/error/hint"), theirs));
  CHECK_FALSE(has(stopped.answer().text("/error/hint"), "\"public\""));
  const auto kept = p.davit_json({"repair"});
  REQUIRE(kept.size("/stopped/0/invalid_indexes") == 1);
  CHECK(kept.text("/stopped/0/invalid_indexes/0/index") == theirs);
  SUBCASE("also where only the file tells it") {
    p.database().sql("UPDATE davit.migration SET session_settings = NULL, session_after = NULL");
    const auto read = p.davit_json({"repair"});
    REQUIRE(read.size("/stopped/0/invalid_indexes") == 1);
    CHECK(read.text("/stopped/0/invalid_indexes/0/index") == theirs);
  }
  p.database().sql("DELETE FROM s2.t WHERE ctid = (SELECT min(ctid) FROM s2.t)");
  resume(p);
  up(p, 0);
  CHECK(p.indexes() == "public.i f, s2.i t");
}

TEST_CASE("REINDEX takes its own leftovers away, not those of that name in another schema") {
  const two_tables p;
  p.database().sql("CREATE INDEX i ON t (i); CREATE INDEX i ON s2.t (i)");
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i_ccnew ON s2.t (i)"));
  std::string statement;
  SUBCASE("TABLE") { statement = "REINDEX TABLE CONCURRENTLY t;"; }
  SUBCASE("INDEX") { statement = "REINDEX INDEX CONCURRENTLY U&\"\\0069\";"; }
  SUBCASE("SCHEMA") { statement = "REINDEX (CONCURRENTLY, VERBOSE) SCHEMA Public;"; }
  p.migration("0001_i.up.sql", statement);
  auto reader = p.database().connect();
  reader.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");
  running_program davit(p.command({"up"}));
  wait_for_lock_wait(p);
  p.database().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'davit run' AND "
                   "datname = current_database()");
  CHECK(davit.wait().exit_code == 1);
  reader.exec("COMMIT");
  REQUIRE(p.indexes() == "public.i t, public.i_ccnew f, s2.i t, s2.i_ccnew f");
  CHECK(has(resume(p).err, "\"public\".\"i_ccnew\" of table t is INVALID, left behind by a REINDEX that failed"));
  const auto end = up(p, 0);
  CHECK(has(end.err(), "\"public\".\"i_ccnew\", left INVALID by a REINDEX that failed, was dropped"));
  CHECK_FALSE(has(end.err(), "\"s2\""));
  CHECK(p.indexes() == "public.i t, s2.i t, s2.i_ccnew f");
}

TEST_CASE("what was INVALID before the statement was ever run is somebody else's") {
  const two_tables p;
  p.migration("0001_i.up.sql", build);
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)"));
  const auto failed = up(p, 1);
  CHECK(failed.answer().text("/error/code") == "invalid_index");
  CHECK(has(failed.answer().text("/error/hint"), "DROP INDEX CONCURRENTLY \"public\".\"i\";"));
  CHECK_FALSE(has(failed.answer().text("/error/hint"), "davit will drop it"));
  CHECK(has(p.davit({"repair"}).out, "nothing to repair"));
  CHECK(p.indexes() == "public.i f");
}

TEST_CASE("what an earlier attempt left is not dropped for another statement") {
  const two_tables p;
  p.stop_in("CREATE UNIQUE INDEX CONCURRENTLY j ON t (i);");
  p.database().sql("INSERT INTO t SELECT i FROM t");
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)"));
  p.migration("0001_i.up.sql", build);
  CHECK(has(p.davit({"repair"}).out, "perhaps left behind by that statement"));
  resume(p);
  CHECK(up(p, 1).answer().text("/error/code") == "invalid_index");
  CHECK(p.indexes() == "public.i f, public.j f");
}
