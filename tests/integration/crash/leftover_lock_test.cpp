// An INVALID index is dropped only when nobody is at it any more, and only if it is INVALID then.
#include "stopped_index.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace davit::test;

namespace {

constexpr const char *build = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i);";
constexpr const char *no_patience = "environment = \"test\"\n[database]\nlock_timeout = \"50ms\"\nlock_retries = 0\n";

// Another session that builds an index, and is held up before it is valid until this lets it go.
class other_builder {
public:
  other_builder(const project &p, const std::string &sql) : holder_(p.database().connect()) {
    holder_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM gate");
    done_ = std::async(std::launch::async, [&p, sql] { p.database().sql(sql); });
    wait_until("an INVALID index that somebody builds", [&p] {
      return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE%' AND "
                              "datname = current_database() AND wait_event = 'virtualxid'") == "1";
    });
  }
  void let_go() {
    holder_.exec("COMMIT");
    done_.get();
  }

private:
  std::future<void> done_;             // waited for at the end,
  davit::postgres::connection holder_; // when this session has ended and holds nothing up any more
};

} // namespace

TEST_CASE("an index that another session is building is waited for, and left alone once it is valid") {
  const two_tables p;
  p.database().sql("CREATE TABLE gate ()");
  p.stop_in(build);
  p.database().sql("DROP INDEX i");
  other_builder theirs(p, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (i)");
  CHECK(has(p.davit({"repair"}).out, "may be building it at this moment"));
  CHECK(has(resume(p).err, "may be building it at this moment"));
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("which may be building index \"public\".\"i\"");
  theirs.let_go();
  const auto end = davit.wait();
  CHECK(end.exit_code == 1);
  CHECK(has(end.err, "not INVALID any more"));
  CHECK(json(end.out).text("/error/sqlstate") == "42P07");
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("an index of that name in another schema is built undisturbed while davit goes on") {
  const two_tables p;
  p.database().sql("CREATE TABLE gate (); DELETE FROM s2.t");
  p.stop_in(build);
  other_builder theirs(p, "CREATE UNIQUE INDEX CONCURRENTLY i ON s2.t (i)");
  resume(p);
  running_program davit(p.command({"up"}));
  davit.wait_for_output("was dropped");
  theirs.let_go();
  CHECK(davit.wait().exit_code == 0);
  CHECK(p.indexes() == "public.i t, s2.i t");
}

TEST_CASE("an index that becomes valid while the DROP waits for its lock stays") {
  const two_tables p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.stop_in(build);
  resume(p);
  auto dba = p.database().connect();
  dba.exec("BEGIN");
  dba.exec("REINDEX INDEX i");
  running_program davit(p.command({"up", "--json"}));
  wait_for_lock_wait(p);
  wait_for_statement(p, "DROP INDEX");
  dba.exec("COMMIT");
  const auto end = davit.wait();
  CHECK(has(end.err, "not INVALID any more"));
  CHECK(end.exit_code == 1);
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("where the lock cannot be had in time the index stays, and who holds it is said") {
  const two_tables p(no_patience);
  p.stop_in(build);
  resume(p);
  auto reader = p.database().connect();
  reader.exec("SET application_name = 'report'; BEGIN; SELECT FROM t");
  const auto failed = up(p, 1);
  CHECK(has(failed.answer().text("/error/message"),
            "\"public\".\"i\", left INVALID by an earlier attempt, could not be"));
  CHECK(has(failed.answer().text("/error/hint"), "DROP INDEX CONCURRENTLY \"public\".\"i\";"));
  CHECK(has(failed.answer().text("/error/detail"), "'report'"));
  CHECK(p.indexes() == "public.i f");
  reader.exec("COMMIT");
  resume(p);
  up(p, 0);
  CHECK(p.indexes() == "public.i t");
}

TEST_CASE("the DROP is tried again after lock_timeout struck") {
  const two_tables p("environment = \"test\"\n[database]\nlock_timeout = \"50ms\"\nlock_retries = 50\n");
  p.stop_in(build);
  resume(p);
  auto reader = p.database().connect();
  reader.exec("BEGIN; SELECT FROM t");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("it is tried again in");
  reader.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  CHECK(p.indexes() == "public.i t");
}
