// The session that holds the run lock is ended from outside: the run stops before it does anything more.
#include "../lifecycle/probe_run.hpp"

#include "support/proxy.hpp"

#include <atomic>
#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// Ends the session beside which it runs, and waits until it is gone.
const std::string end_it =
    R"t(do = "sql", sql = "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = 'davit lock' AND datname = current_database()", expect = "t")t";

constexpr const char *writes_calls = "COPY \"davit\".hook_call";

void check_nothing_applied(const project &p, const finished_run &run) {
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(has(run.answer().text("/error/message"), "run lock"));
  CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
  CHECK(run.answer().integer("/done") == 0);
  CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "failed");
}

} // namespace

TEST_CASE("the lock session is lost before a statement: the statement is not sent") {
  const project p(with_probe(action(R"t(phase = "before_ddl")t", end_it)));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  check_nothing_applied(p, up(p, 1));
}

TEST_CASE("the lock session is lost right before COMMIT: nothing is committed") {
  const project p(with_probe(action(R"t(phase = "cleanup")t", end_it)));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  check_nothing_applied(p, up(p, 1));
}

// The migration's own statement waits for the end of the session, but its socket may tell of it a moment later.
TEST_CASE("the lock session is lost between two statements of a transaction: nothing is applied") {
  const project p;
  p.database().sql("CREATE SEQUENCE reached");
  std::string file = "CREATE TABLE one (i int);\nSELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE "
                     "application_name = 'davit lock' AND datname = current_database();\n";
  for (int i = 0; i < 3000; ++i) file += "SELECT nextval('reached');\n";
  p.migration("0001_one.up.sql", file);
  const auto run = up(p, 1);
  check_nothing_applied(p, run);
  CHECK(p.database().sql("SELECT NOT is_called OR last_value < 3000 FROM reached") == "t");
}

TEST_CASE("the lock session is lost after COMMIT: the migration is applied, and the error says what was lost") {
  const project p(with_probe(action(R"t(phase = "post_execute")t", end_it)));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(has(run.answer().text("/error/message"), "the session that holds the run lock was lost"));
  CHECK(run.answer().integer("/done") == 1);
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("the lock session is lost between two statements without a transaction: those before it are recorded") {
  const project p;
  p.migration("0001_one.up.sql",
              "-- davit: no-transaction\nCREATE TABLE one (i int);\nSELECT pg_terminate_backend(pid, 20000)"
              " FROM pg_stat_activity WHERE application_name = 'davit lock' AND datname = "
              "current_database();\nCREATE TABLE two ();");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK_FALSE(exists(p, "two"));
  CHECK(has(p.davit({"status"}).out, "stopped in statement 2, which may be done"));
  CHECK(p.davit({"up"}).exit_code == 6);
}

TEST_CASE("the lock session is lost with the answer to what handlers did, or with that itself: it is recorded once") {
  for (const bool arrives : {true, false}) {
    CAPTURE(arrives);
    const project p(with_probe(R"t({ phase = "pre_execute", do = "report", text = "called" },
                                   { phase = "post_execute", do = "report", text = "called" })t"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
    std::atomic<bool> sent{false}, cut{false};
    const auto is_it = [&](const proxied &who, const message &m) {
      if (cut || who.application != "davit lock") return false;
      if (has(m.sql(), writes_calls)) sent = true;
      return sent && (arrives ? m.type == 'Z' : m.type == 'Q');
    };
    const auto hook = [&](const proxied &who, const message &m) {
      if (!is_it(who, m)) return verdict::pass();
      cut = true;
      return verdict::cut();
    };
    const proxy network(server().folder(), {.from_client = arrives ? [&](const proxied &who, const message &m) {
                          is_it(who, m);
                          return verdict::pass(); } : message_hook(hook), .from_server = arrives ? message_hook(hook) : nullptr});
    const auto run = davit_run(p, {"up"}, 1, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}});
    CHECK(cut.load());
    CHECK(run.answer().text("/error/code") == "connection_lost");
    CHECK(ledger(p).starts_with("0001 applied"));
    CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE migration = '0001'") == "2");
    CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration WHERE version = '0001' AND owes_hooks") == "0");
  }
}

TEST_CASE("so it is where the answer is waited for when the session is lost") {
  const project p(with_probe(R"t({ phase = "pre_execute", do = "report", text = "called" },
                                 { phase = "post_execute", do = "sql", sql = "INSERT INTO told VALUES (1)" })t"));
  p.database().sql("CREATE TABLE told (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  std::atomic<bool> sent{false};
  proxy network(server().folder(), {.from_client =
                                        [&](const proxied &who, const message &m) {
                                          if (who.application == "davit lock" && has(m.sql(), writes_calls))
                                            sent = true;
                                          return verdict::pass();
                                        },
                                    .from_server =
                                        [&](const proxied &who, const message &m) {
                                          const bool last = sent && who.application == "davit lock" && m.type == 'Z';
                                          return last ? verdict::drop() : verdict::pass();
                                        }});
  running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
  wait_until("both migrations' handlers", [&] { return p.database().sql("SELECT count(*) FROM told") == "2"; });
  network.cut();
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 1);
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE migration = '0001'") == "2");
}

TEST_CASE("the lock session is lost as it waits to write down what handlers did: what it is at does not come twice") {
  const project p(with_probe(R"t({ phase = "post_execute", do = "report", text = "called" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  std::atomic<bool> cut{false};
  const proxy network(server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                        if (who.application != "davit lock" || !has(m.sql(), writes_calls)) return verdict::pass();
                        cut = true;
                        return verdict::cut_client();
                      }});
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE davit.hook_call IN SHARE MODE");
  running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
  wait_until("the session that was lost, and the one that does its work, wait for the table", [&] {
    return p.database().sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
                            "'davit.hook_call'::regclass") == "2";
  });
  CHECK(cut.load());
  holder.exec("COMMIT");
  davit.wait();
  wait_until_davit_is_gone(p);
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE migration = '0002'") == "1");
}
