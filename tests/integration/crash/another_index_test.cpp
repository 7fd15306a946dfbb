// After a stop in building an index, one of its name that is there counts only where the statement can have built it,
// and it is what the statement builds.
#include "stopped_index.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

// davit is killed while `statement` waits for a writer, and so is the session that goes on with it; nothing is left of
// the index.
void kill_in_build(const project &p, const std::string &statement) {
  p.migration("0001_i.up.sql", statement);
  auto writer = p.database().connect();
  writer.exec("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE");
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "INDEX CONCURRENTLY");
  davit.send(SIGKILL);
  davit.wait();
  p.database().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "application_name LIKE 'davit %'");
  wait_until_davit_is_gone(p);
  writer.exec("COMMIT");
  p.database().sql("DROP INDEX IF EXISTS i");
}

struct table : project {
  table() {
    database().sql("CREATE TABLE t (gone int, x int, s text, y int); ALTER TABLE t DROP COLUMN gone; "
                   "CREATE TABLE gate (); INSERT INTO t VALUES (1, 'one', 1)");
  }
};

} // namespace

TEST_CASE("an index that was made after the statement had failed is never the statement's own") {
  const two_tables p;
  p.database().sql("ALTER TABLE t ADD COLUMN y int DEFAULT 0");
  p.stop_in("CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);");
  p.database().sql("DROP INDEX i");
  SUBCASE("another one") { p.database().sql("CREATE UNIQUE INDEX i ON t (y)"); }
  SUBCASE("a partial one") { p.database().sql("CREATE UNIQUE INDEX i ON t (i) WHERE i > 100"); }
  SUBCASE("its very like") { p.database().sql("CREATE UNIQUE INDEX i ON t (i)"); }
  for (int twice = 0; twice < 2; ++twice) {
    resume(p);
    CHECK(up(p, 1).answer().text("/error/sqlstate") == "42P07");
    CHECK(ledger(p) == "0001 partial");
  }
}

TEST_CASE("after a kill another index of that name does not count, unless somebody says so") {
  const table p;
  kill_in_build(p, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x);");
  std::string theirs;
  SUBCASE("on another column") { theirs = "CREATE UNIQUE INDEX i ON t (y)"; }
  SUBCASE("on more columns") { theirs = "CREATE UNIQUE INDEX i ON t (x, y)"; }
  SUBCASE("on fewer rows") { theirs = "CREATE UNIQUE INDEX i ON t (x) WHERE x > 100"; }
  SUBCASE("not unique") { theirs = "CREATE INDEX i ON t (x)"; }
  SUBCASE("in another order") { theirs = "CREATE UNIQUE INDEX i ON t (x DESC)"; }
  SUBCASE("that keeps more") { theirs = "CREATE UNIQUE INDEX i ON t (x) INCLUDE (y)"; }
  SUBCASE("stored otherwise") { theirs = "CREATE UNIQUE INDEX i ON t (x) WITH (fillfactor = 50)"; }
  p.database().sql(theirs);
  resume(p);
  const auto refused = up(p, 1);
  CHECK(refused.answer().text("/error/code") == "another_index");
  CHECK(has(refused.answer().text("/error/message"), "is not what this statement builds: CREATE "));
  CHECK(has(refused.answer().text("/error/hint"), "davit repair 0001 --resume --after 1"));
  CHECK(ledger(p) == "0001 partial");
  p.database().sql("DROP INDEX i");
  resume(p);
  up(p, 0);
}

TEST_CASE("after a kill another index of that name takes the place of the statement's where somebody says so") {
  const table p;
  kill_in_build(p, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x);");
  p.database().sql("CREATE UNIQUE INDEX i ON t (y)");
  resume(p);
  up(p, 1);
  resume(p, {"--after", "1"});
  up(p, 0);
}

TEST_CASE("after a kill an index that is what the statement builds counts, however that is written") {
  const table p;
  std::string built;
  SUBCASE("plain") { built = "i ON t (x)"; }
  SUBCASE("with everything") {
    built = "i ON public.t USING btree (lower(t.s) text_pattern_ops DESC NULLS LAST, (x + y)) INCLUDE (y) WITH "
            "(fillfactor = 70) WHERE x > 3 -- of those";
  }
  kill_in_build(p, "CREATE INDEX CONCURRENTLY " + built + "\n;");
  p.database().sql("CREATE INDEX " + built);
  resume(p);
  CHECK(has(up(p, 0).err(), "is there and valid: the statement that ran when the last run ended was completed"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("after a kill an index counts for nobody knows what where the server cannot compare it") {
  const table p;
  p.database().sql("CREATE FUNCTION f(t) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.x'");
  kill_in_build(p, "CREATE INDEX CONCURRENTLY i ON t (f(t));");
  p.database().sql("CREATE INDEX i ON t (f(t.*))");
  resume(p);
  const auto refused = up(p, 1);
  CHECK(refused.answer().text("/error/code") == "another_index");
  CHECK(has(refused.answer().text("/error/message"), "cannot be told (on a copy of its table the server says: "));
  CHECK(ledger(p) == "0001 partial");
  resume(p, {"--after", "1"});
  up(p, 0);
}

TEST_CASE("after a kill IF NOT EXISTS takes any index of that name, as the file says") {
  const table p;
  kill_in_build(p, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (x);");
  p.database().sql("CREATE INDEX i ON t (y)");
  resume(p);
  CHECK_FALSE(has(up(p, 0).err(), "was completed"));
  CHECK(ledger(p) == "0001 applied");
}
