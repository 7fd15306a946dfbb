// Beside an INVALID index somebody has the lock on its table under which indexes are built, and builds none.
#include "stopped_index.hpp"

#include "postgres/invalid_indexes.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

using namespace davit::test;
using davit::postgres::invalid_index;
using works = std::vector<invalid_index::work>;

namespace {

constexpr const char *build = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);";
constexpr const char *drop = "DROP INDEX CONCURRENTLY \"public\".\"i\";";
constexpr const char *no_patience = "environment = \"test\"\n[database]\nlock_timeout = \"50ms\"\nlock_retries = 0\n";

// What davit says of index i where nobody is at it.
void check_it_is_a_leftover(const project &p) {
  CHECK(has(p.davit({"status"}).out, drop));
  CHECK(has(p.davit({"doctor"}).out, "\"public\".\"i\" of table t is INVALID: a build failed"));
  CHECK(has(p.davit({"repair"}).out, "index \"public\".\"i\" of table t is INVALID, left behind by that statement"));
}

using work = invalid_index::work;

// What goes on at each INVALID index, by name, for a superuser or for a role that may not look into others' sessions.
std::vector<work> seen(const project &p, bool by_stranger = false) {
  auto c = p.database().connect();
  const std::string role = "stranger_to_" + p.database().name();
  if (by_stranger) c.exec("CREATE ROLE " + role + "; SET ROLE " + role);
  std::vector<work> out;
  for (const auto &one : davit::postgres::invalid_indexes(c)) out.push_back(one.at_table);
  if (by_stranger) c.exec("RESET ROLE; DROP ROLE " + role);
  return out;
}
constexpr bool by_stranger = true;

struct eager_autovacuum { // looks for work each second; this is a setting of the whole server
  explicit eager_autovacuum(const project &p) : p_(p) { set("SET autovacuum_naptime = '1s'"); }
  ~eager_autovacuum() { set("RESET autovacuum_naptime"); }
  eager_autovacuum(const eager_autovacuum &) = delete;
  eager_autovacuum &operator=(const eager_autovacuum &) = delete;

private:
  void set(const std::string &what) const {
    auto c = p_.database().connect();
    c.exec("ALTER SYSTEM " + what);
    c.exec("SELECT pg_reload_conf()");
  }
  const project &p_;
};

} // namespace

TEST_CASE("what has the lock and builds nothing is waited for no longer than lock_timeout, and named") {
  const two_tables p(no_patience);
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET deadlock_timeout = '50ms'");
  p.stop_in(build);
  resume(p);
  auto dba = p.database().connect();
  dba.exec("SET application_name = 'statistics'; BEGIN; ALTER TABLE t ALTER i SET STATISTICS 10");
  CHECK(seen(p) == works{work::other});
  CHECK(seen(p, by_stranger) == works{work::other});
  const auto failed = up(p, 1);
  CHECK(has(failed.answer().text("/error/message"),
            "\"public\".\"i\", left INVALID by an earlier attempt, could not be dropped"));
  CHECK(has(failed.answer().text("/error/detail"), "'statistics'"));
  CHECK(has(failed.answer().text("/error/hint"), drop));
  CHECK(p.indexes() == "public.i f");
  check_it_is_a_leftover(p);

  dba.exec("COMMIT");
  resume(p);
  up(p, 0);
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("nobody is kept from writing while davit waits to drop a leftover") {
  const two_tables p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.stop_in(build);
  resume(p);
  auto dba = p.database().connect();
  dba.exec("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  running_program davit(p.command({"up"}));
  wait_for_lock_wait(p);
  p.database().sql("SET lock_timeout = '1s'; INSERT INTO t VALUES (7)");
  dba.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("a deadlock with who has written and wants the table's lock, too, is no reason to give up") {
  const two_tables p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET deadlock_timeout = '50ms'");
  p.stop_in(build);
  resume(p);
  auto first = p.database().connect();
  first.exec("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  running_program davit(p.command({"up"}));
  wait_for_lock_wait(p);
  auto writer = std::async(std::launch::async, [&p] {
    p.database().sql("SET deadlock_timeout = '1min'; BEGIN; INSERT INTO t VALUES (7); "
                     "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE; COMMIT");
  });
  wait_until("the writer behind davit", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass") == "2";
  });
  first.exec("COMMIT");
  const auto end = davit.wait();
  writer.get();
  CHECK_MESSAGE(end.exit_code == 0, end.err);
  CHECK(has(end.err, "deadlock detected"));
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("a session that hides what it is at may be building, and is waited for within the same bounds") {
  const two_tables p(no_patience);
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET deadlock_timeout = '50ms'");
  p.stop_in(build);
  resume(p);
  auto dba = p.database().connect();
  dba.exec("SET track_activities = off; SET application_name = 'hidden'");
  dba.exec("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  CHECK(seen(p) == works{work::may_build});
  CHECK_FALSE(has(p.davit({"status"}).out, drop));
  CHECK(has(p.davit({"doctor"}).out, "may be building it"));
  CHECK(has(up(p, 1).answer().text("/error/detail"), "'hidden'"));
  CHECK(p.indexes() == "public.i f");
}

TEST_CASE("an autovacuum makes way for a leftover's DROP, even if lock_timeout is below deadlock_timeout") {
  const two_tables p(no_patience);
  p.stop_in(build);
  p.database().sql("INSERT INTO t SELECT g FROM generate_series(10, 60000) g");
  p.database().sql("DELETE FROM t WHERE i % 2 = 0");
  const eager_autovacuum eager(p);
  p.database().sql("ALTER TABLE t SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, "
                   "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)");
  wait_until("an autovacuum of the table", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 't'::regclass") == "1";
  });
  CHECK(seen(p) == works{work::other});
  CHECK(seen(p, by_stranger) == works{work::other});
  check_it_is_a_leftover(p);
  resume(p);
  up(p, 0);
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("a build is told from other work, its index only where the server shows it") {
  const two_tables p;
  p.stop_in(build);
  p.database().sql("CREATE TABLE gate ()");
  auto reader = p.database().connect();
  reader.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM gate");
  auto done = std::async(std::launch::async, [&p] { p.database().sql("CREATE INDEX CONCURRENTLY other ON t (i)"); });
  wait_until("a build that waits for the reader", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_stat_progress_create_index WHERE phase = 'waiting for old "
                            "snapshots' AND datname = current_database()") == "1";
  });
  CHECK(seen(p) == works{work::builds_another, work::builds});
  CHECK(seen(p, by_stranger) == works{work::builds, work::builds});
  check_it_is_a_leftover(p);
  CHECK_FALSE(has(p.davit({"status"}).out, "\"other\""));
  resume(p);
  running_program davit(p.command({"up"}));
  davit.wait_for_output("which is building another index");
  reader.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  done.get();
  CHECK(p.indexes() == "public.i t, public.other t");
}
