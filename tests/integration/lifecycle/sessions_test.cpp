// Which session a handler's SQL runs on, in which transaction, and what is left of it.
#include "probe_run.hpp"

#include "support/proxy.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view who = R"t(do = "sql", sql = "SELECT pg_backend_pid() || ' ' || pg_current_xact_id()")t";
const std::string keep_who = "CREATE TABLE who AS SELECT pg_backend_pid() || ' ' || pg_current_xact_id() AS it;";

std::string at(std::string_view phase, std::string_view rest) {
  return action("phase = \"" + std::string(phase) + "\"", rest);
}

} // namespace

TEST_CASE("in-transaction phases run in the migration's own session and transaction and see its uncommitted work") {
  const project p(with_probe(
      at("before_validation", who) + at("before_ddl", who) + at("after_ddl", who) + at("after_validation", who) +
      at("cleanup", who) +
      R"t({ phase = "after_ddl", handler = "look", do = "sql", sql = "SELECT count(*) FROM who", expect = "1" })t"));
  p.migration("0001_one.up.sql", keep_who);
  const auto run = up(p, 0);
  const std::string it = p.database().sql("SELECT it FROM who");
  // Savepoints have ids of their own below the top one, which is what pg_current_xact_id() gives.
  for (const auto *phase : {"before_validation", "before_ddl", "after_validation", "cleanup"})
    CHECK(run.messages(phase) == it);
  CHECK(run.messages("after_ddl") == it + " | 1");
}

TEST_CASE("outside of migrations a handler has a transaction of its own on the same session") {
  const project p(with_probe(at("startup", who) + at("pre_validate", who) + at("validated", who) +
                             at("pre_execute", who) + at("post_execute", who) + at("post_complete", who) +
                             at("success", who)));
  p.migration("0001_one.up.sql", keep_who);
  const auto run = up(p, 0);
  const std::string it = p.database().sql("SELECT it FROM who");
  const std::string pid = it.substr(0, it.find(' ') + 1);
  std::string seen = it;
  for (const auto *phase :
       {"startup", "pre_validate", "validated", "pre_execute", "post_execute", "post_complete", "success"}) {
    const std::string here = run.messages(phase);
    CHECK(here.starts_with(pid));
    CHECK_FALSE(has(seen, here));
    seen += "\n" + here;
  }
}

TEST_CASE("a handler's own transaction is committed when it returns 0, and rolled back when it fails") {
  const project p(with_probe(R"t(
    { phase = "startup", handler = "a", do = "sql", sql = "CREATE TABLE kept (i int)" },
    { phase = "startup", handler = "a", do = "sql", sql = "INSERT INTO kept VALUES (1)" },
    { phase = "validated", handler = "b", do = "sql", sql = "INSERT INTO kept VALUES (2)" },
    { phase = "validated", handler = "b", do = "fail", text = "no" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 1);
  CHECK(p.database().sql("SELECT * FROM kept") == "1");
}

TEST_CASE("what a handler outside of migrations did is committed before the next one is called") {
  const project p(with_probe(R"t(
    { phase = "startup", handler = "a", do = "sql", sql = "CREATE TABLE kept (i int)" },
    { phase = "startup", handler = "b", do = "sql", side = true, sql = "SELECT count(*) FROM kept", expect = "0" })t"));
  up(p, 0);
}

TEST_CASE("savepoints are opened lazily: a handler without SQL costs no statement") {
  const project p(with_probe(at_every_phase("do = \"stat_set\", key = \"k\", value = \"1\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const server_log log(p);
  up(p, 0);
  const auto silent = log.text();
  CHECK(count(silent, ": SAVEPOINT") == 0);
  CHECK(count(silent, ": BEGIN") == 2); // of the ledger's tables, and of the migration

  p.configure(with_probe(R"t({ phase = "before_ddl", do = "sql", sql = "SELECT 1" },
                            { phase = "after_ddl", do = "report", text = "no SQL" },
                            { phase = "post_execute", do = "sql", sql = "SELECT 1" })t"));
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const server_log second(p);
  up(p, 0);
  CHECK(count(second.text(), ": SAVEPOINT") == 1);
  CHECK(count(second.text(), ": BEGIN") == 2); // of the migration, and of post_execute
}

TEST_CASE("the run session is opened only when there is work, be there no migrations or none that is pending") {
  const project p(with_probe(R"t({ phase = "validated", do = "report", text = "no SQL" })t"));
  for (const bool applied : {false, true}) {
    CAPTURE(applied);
    if (applied) {
      p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
      p.migration("0002_two.up.sql", "-- davit: no-transaction\nCREATE TABLE two (i int);");
      up(p, 0);
    }
    const proxy network(server().folder());
    const server_log log(p);
    const auto run = davit_run(p, {"up"}, 0, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}});
    CHECK(run.answer().text("/outcome") == "nothing_to_do");
    CHECK(network.accepted() == 1);
    CHECK(count(log.text(), "SET statement_timeout = 0") == 1); // every session of davit's begins so
  }
}

TEST_CASE("undo goes back to where the handler began, and further work is kept") {
  for (const std::string phase : {"before_ddl", "pre_execute"}) {
    CAPTURE(phase);
    const project p(with_probe(at(phase, R"t(do = "sql", sql = "INSERT INTO t VALUES (1)")t") +
                               at(phase, R"t(do = "sql", sql = "SELECT 1 / 0", catch = true)t") +
                               at(phase, R"t(do = "sql", sql = "SELECT 1", catch = true)t") +
                               at(phase, R"t(do = "undo")t") +
                               at(phase, R"t(do = "sql", sql = "INSERT INTO t VALUES (2)")t")));
    p.database().sql("CREATE TABLE t (i int)");
    p.migration("0001_one.up.sql", "INSERT INTO t VALUES (3);");
    const auto run = up(p, 0);
    CHECK(run.messages(phase) == "SQL 22012: division by zero; STATE: the transaction is aborted by an earlier error");
    CHECK(p.database().sql("SELECT string_agg(i::text, ',' ORDER BY i) FROM t") == "2,3");
  }
}

TEST_CASE("undo of an early handler leaves what the migration and other handlers did") {
  const project p(with_probe(R"t(
    { phase = "before_ddl", do = "sql", sql = "INSERT INTO t VALUES (1)" },
    { phase = "after_ddl", do = "sql", sql = "INSERT INTO t VALUES (3)" },
    { phase = "after_ddl", do = "undo" })t"));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "INSERT INTO t VALUES (2);");
  up(p, 0);
  CHECK(p.database().sql("SELECT string_agg(i::text, ',' ORDER BY i) FROM t") == "1,2");
}

TEST_CASE("a handler that returns success with an aborted transaction has failed") {
  for (const std::string phase : {"before_ddl", "pre_execute"}) {
    CAPTURE(phase);
    const project p(with_probe("{ phase = \"" + phase + R"t(", do = "sql", sql = "SELECT 1 / 0", catch = true })t"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 1);
    CHECK(run.outcomes(phase) == "failed");
    CHECK(has(run.messages(phase), "aborted transaction"));
    CHECK_FALSE(exists(p, "one"));
  }
}

TEST_CASE("a handler cannot let go of davit's locks") {
  const std::string locks =
      R"t(do = "sql", sql = "SELECT string_agg(DISTINCT application_name, ' ' ORDER BY application_name) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND datname = current_database()", expect = "davit lock davit run")t";
  const std::string unlock = R"t(do = "sql", sql = "SELECT pg_advisory_unlock_all()")t";
  const project p(with_probe(at("before_ddl", unlock) + at("after_ddl", locks) + at("pre_execute", unlock) +
                             at("pre_execute", locks)));
  p.migration("0001_one.up.sql", "SELECT pg_advisory_unlock_all();");
  up(p, 0);
}

TEST_CASE("a stream that a handler leaves open is closed when it returns") {
  const project p(with_probe(R"t(
    { phase = "before_ddl", do = "stream", sql = "SELECT generate_series(1, 10)", rows = 2 },
    { phase = "pre_execute", do = "stream", sql = "SELECT generate_series(1, 10)", rows = 2, side = true },
    { phase = "cleanup", do = "stream", sql = "SELECT generate_series(1, 10)", rows = 2, side = true })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  CHECK(exists(p, "one"));
}

TEST_CASE("a server that does not tell its identifier can be migrated all the same") {
  const project p;
  p.database().sql("CREATE ROLE shy LOGIN; GRANT ALL ON SCHEMA public TO shy; GRANT CREATE ON DATABASE " +
                   p.database().name() + " TO shy; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  davit_run(p, {"up"}, 0, {{"PGUSER", "shy"}, {"DAVIT_DATABASE_URL", p.database().url() + "&user=shy"}});
  CHECK(p.database().sql("SELECT tableowner FROM pg_tables WHERE tablename = 'one'") == "shy");
}
