// Waits that no look during the wait can tell of as they are: too short, just over, or for a page and not a lock.
#include "integration/lifecycle/probe_run.hpp"
#include "lifecycle/sessions/lock_sql.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

davit::postgres::connection session_with(const project &p, const std::string &sql) {
  auto c = p.database().connect();
  c.exec("SET application_name = 'reporting'");
  c.exec("BEGIN");
  c.exec(sql);
  return c;
}

std::string pid_of(const davit::postgres::connection &c) { return "pid " + std::to_string(c.backend_pid()); }

constexpr const char *vacuum = "VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) t";
constexpr const char *cursor = "DECLARE c CURSOR FOR SELECT i FROM t";

} // namespace

TEST_CASE("a lock_timeout that strikes before anybody has looked names who holds locks there then") {
  const std::string brief = "environment = \"test\"\n[database]\nlock_timeout = \"5ms\"\nlock_retries = 0\n";
  const std::string sql = "do = \"sql\", sql = \"UPDATE t SET i = 3\"";
  std::string statement = "CREATE TABLE one (i int);";
  std::string hooks;
  SUBCASE("on the side connection") { hooks = probe(action("phase = \"after_ddl\"", "side = true, " + sql)); }
  SUBCASE("on the migration's connection") { hooks = probe(action("phase = \"after_ddl\"", sql)); }
  SUBCASE("of the file") { statement += " ALTER TABLE t ADD j int;"; }
  SUBCASE("of a file without a transaction") { statement = "-- davit: no-transaction\nALTER TABLE t ADD j int;"; }
  const project p(brief + hooks);
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i; CREATE TABLE \"t-2\" (i int)");
  p.migration("0001_one.up.sql", statement);
  const auto holder = session_with(p, "LOCK TABLE t");
  const auto bystander = session_with(p, "LOCK TABLE \"t-2\"");
  const auto run = up(p, 1);
  const auto detail = run.answer().text("/error/detail");
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
  CHECK_MESSAGE(
      has(detail, "AccessExclusiveLock on public.t, held by " + pid_of(holder) + " (user postgres, 'reporting'"),
      detail);
  CHECK_FALSE(has(detail, pid_of(bystander)));
}

TEST_CASE("what was in the way of a wait that ends in the midst of the look is in nobody's way any more") {
  const test_database d;
  auto c = d.connect();
  const auto look = [&c](const std::string &rows) {
    return davit::lifecycle::read_in_the_way(c.exec("SELECT * FROM (" + rows + ") r (who, what, pid, page, part)"));
  };
  CHECK_FALSE(look("VALUES ('pid 7', NULL, 7, false, 'holds'), ('pid 8', NULL, 8, false, 'holds')"));
  CHECK_FALSE(look("SELECT 'pid 7', 'ShareLock on t', 7, false, 'holds' WHERE false"));
  const auto two =
      look("VALUES ('pid 7', 'ShareLock on t', 7, false, 'holds'), ('pid 8', 'ShareLock on t', 8, false, 'holds')");
  REQUIRE(two);
  CHECK(two->what == "ShareLock on t");
  CHECK(two->who == "held by pid 7 and pid 8");
  CHECK(two->only_pid.empty());
  const auto one = look("VALUES ('pid 7', 'a page of t', 7, true, 'holds')");
  REQUIRE(one);
  CHECK(one->is_page);
  CHECK(one->only_pid == "7");
}

TEST_CASE("a session that waits itself, in the queue ahead, is not named as who holds the lock; who does is") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"60s\"\nlock_retries = 0\n");
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "INSERT INTO t VALUES (1);");
  auto reader = session_with(p, "SELECT count(*) FROM t");
  auto other_reader = session_with(p, "SELECT count(*) FROM t");
  auto queued = session_with(p, "SELECT count(*) FROM t"); // what it holds itself is nothing that davit would mind
  queued.send("ALTER TABLE t ADD j int");
  wait_until("the ALTER to wait", [&] {
    return p.database().sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass") == "1";
  });
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for RowExclusiveLock on public.t, behind " + pid_of(queued) +
                        " (user postgres, 'reporting', active, ");
  davit.wait_for_output("query: ALTER TABLE t ADD j int), which waits for it, too, held by pid ");
  CHECK(has(davit.err_so_far(), "held by " + pid_of(reader) + " (user postgres, "));
  CHECK(has(davit.err_so_far(), " and " + pid_of(other_reader) + " (user postgres, "));
  CHECK_FALSE(has(davit.err_so_far(), "held by " + pid_of(queued)));
  reader.exec("COMMIT");
  other_reader.exec("COMMIT");
  // Now it holds what davit needs.
  davit.wait_for_output("waiting for RowExclusiveLock on public.t, held by " + pid_of(queued));
  queued.answer();
  queued.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
}

TEST_CASE("who has pinned the page that VACUUM waits for is said, where no lock tells it") {
  const project p(head);
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i");
  p.migration("0001_one.up.sql", std::string("-- davit: no-transaction\n") + vacuum + ";");
  auto reader = session_with(p, std::string(cursor) + "; FETCH 1 FROM c");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a page of public.t, pinned, as it seems, by " + pid_of(reader) +
                        " (user postgres, 'reporting', idle in transaction");
  reader.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
}

TEST_CASE("a side connection that waits for a page which the migration's own cursor has pinned fails") {
  const auto sql = [](const std::string &text) { return "do = \"sql\", sql = \"" + text + "\""; };
  const std::string at = "phase = \"pre_execute\"";
  const project p(with_probe(action(at, sql(cursor)) + action(at, sql("FETCH 1 FROM c")) +
                             action(at, "side = true, catch = true, " + sql(vacuum)) +
                             action(at, "side = true, " + sql("SELECT 7"))));
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto said = up(p, 0).messages("pre_execute");
  CHECK_MESSAGE(has(said, "STATE: the side connection waits for a page of public.t, which a cursor on the migration's "
                          "connection has pinned: it would wait for ever"),
                said);
  CHECK(said.ends_with("; 7")); // and is of use afterwards
}
