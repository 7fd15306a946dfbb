// The connection breaks between COMMIT and its answer: davit finds out what is true, and says that.
#include "../lifecycle/probe_run.hpp"

#include "support/proxy.hpp"

#include <atomic>
#include <doctest/doctest.h>

#include <csignal>

using namespace davit;
using namespace davit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view told = R"t(
  { phase = "post_execute", do = "report", text = "after COMMIT" },
  { phase = "on_error", do = "describe", text = "error" },
  { phase = "success", do = "report", text = "all" },
  { phase = "failure", do = "report", text = "not all" })t";

// COMMIT of the migration's transaction: the first one after a statement with "CREATE TABLE one".
struct commit_watch {
  std::atomic<bool> begun{false}, found{false}; // set by the proxy's thread

  bool is_it(const proxied &who, const message &m) {
    if (who.application != "davit run" || found) return false;
    const auto sql = m.sql();
    if (has(sql, "CREATE TABLE one")) begun = true;
    return found = begun && has(sql, "COMMIT;"); // which does not travel alone
  }

  // With COMMIT all connections are lost: with it on its way to the server, or with the server's answer.
  proxy_options cut_everything(bool arrives) {
    return {.from_client =
                [this, arrives](const proxied &who, const message &m) {
                  return is_it(who, m) && !arrives ? verdict::cut().with_outage() : verdict::pass();
                },
            .from_server =
                [this, arrives](const proxied &who, const message &m) {
                  return found && arrives && who.application == "davit run" && m.tag() == "COMMIT"
                             ? verdict::cut().with_outage()
                             : verdict::pass();
                }};
  }
};

struct with_one_migration : project {
  with_one_migration() : project(with_probe(told)) { migration("0001_one.up.sql", "CREATE TABLE one (i int);"); }
};

finished_run up_through(const project &p, const proxy &through, int expected_exit) {
  return davit_run(p, {"up"}, expected_exit, {{"DAVIT_DATABASE_URL", through.url(p.database().name())}});
}

void check_applied(const project &p, const finished_run &run) {
  CHECK(ledger(p) == "0001 applied");
  CHECK(exists(p, "one"));
  CHECK(run.messages("post_execute") == "after COMMIT");
  CHECK(run.phases() == "post_execute success");
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "applied");
}

} // namespace

TEST_CASE("COMMIT arrived, its answer is lost: the migration is applied, and the run goes on as if nothing was") {
  const project p(with_probe(told));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  commit_watch watch;
  std::atomic<bool> cut{false};
  const proxy network(server().folder(),
                      {.from_client =
                           [&](const proxied &who, const message &m) {
                             watch.is_it(who, m);
                             return verdict::pass();
                           },
                       .from_server =
                           [&](const proxied &who, const message &m) {
                             if (!watch.found || cut || who.application != "davit run" || m.tag() != "COMMIT")
                               return verdict::pass();
                             cut = true;
                             return verdict::cut();
                           }});
  const auto run = up_through(p, network, 0);
  CHECK(cut.load());
  CHECK(ledger(p) == "0001 applied, 0002 applied");
  CHECK(run.messages("post_execute") == "after COMMIT | after COMMIT");
  CHECK(run.phases() == "post_execute post_execute success");
  CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration WHERE owes_hooks") == "0");
}

TEST_CASE("COMMIT did not arrive: nothing is applied, and the error says so") {
  const with_one_migration p;
  commit_watch watch;
  const proxy network(server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                        return watch.is_it(who, m) ? verdict::cut() : verdict::pass();
                      }});
  const auto run = up_through(p, network, 1);
  CHECK(watch.found.load());
  CHECK(ledger(p) == "");
  CHECK_FALSE(exists(p, "one"));
  CHECK(run.phases() == "on_error failure");
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
  CHECK(p.database().sql("SELECT outcome FROM davit.run_migration") == "failed");
  CHECK(up(p, 0).answer().integer("/done") == 1);
}

TEST_CASE("COMMIT arrives late: davit waits until the server has decided, and then says what is true") {
  const with_one_migration p;
  commit_watch watch;
  const proxy network(server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                        return watch.is_it(who, m) ? verdict::cut_client(500ms) : verdict::pass();
                      }});
  const auto run = up_through(p, network, 0);
  CHECK(watch.found.load());
  CHECK(has(run.err(), "got no answer: the server is still at it"));
  check_applied(p, run);
}

TEST_CASE("a COMMIT that is lost on its way with every other connection is told from one that arrived") {
  for (const bool arrives : {false, true}) {
    CAPTURE(arrives);
    const with_one_migration p;
    commit_watch watch;
    proxy network(server().folder(), watch.cut_everything(arrives));
    running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
    davit.wait_for_output("the server cannot be asked yet");
    network.refuse(false);
    const finished_run run(davit.wait());
    CHECK(ledger(p) == (arrives ? "0001 applied" : ""));
    CHECK(exists(p, "one") == arrives);
    // The run lock went with the other connections: the run stops, whatever became of the migration.
    CHECK(run.exit_code() == 1);
    CHECK(run.phases() == (arrives ? "post_execute failure" : "on_error failure"));
    CHECK(run.answer()
              .text("/error/state")
              .starts_with(arrives ? "all migrations are applied" : "nothing of 0001_one is in the database"));
  }
}

TEST_CASE("a COMMIT that arrives late, when the run lock is gone, is refused: another run may have begun") {
  const with_one_migration p;
  commit_watch watch;
  proxy network(server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                  return watch.is_it(who, m) ? verdict::cut_client(1s).with_outage() : verdict::pass();
                }});
  running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
  davit.wait_for_output("the server cannot be asked yet");
  network.refuse(false);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 1);
  CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
  wait_until_davit_is_gone(p);
  CHECK(ledger(p) == "");
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("when nobody can say how COMMIT ended, davit says that it does not know") {
  const with_one_migration p;
  commit_watch watch;
  const proxy network(server().folder(), watch.cut_everything(true));
  running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
  davit.wait_for_output("the server cannot be asked yet");
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(has(run.answer().text("/error/state"), "davit cannot tell how much of 0001_one is in the database"));
  CHECK(has(run.err(), "could not be found out"));
  wait_until_davit_is_gone(p);
  CHECK(ledger(p) == "0001 applied"); // the ledger knows
  CHECK(up(p, 0).answer().integer("/planned") == 0);
}
