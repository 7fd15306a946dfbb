// A migration without a transaction is done, and the connection breaks where the ledger is told so: davit finds out
// whether its row is there, and says that.
#include "half_way.hpp"

#include "support/proxy.hpp"

#include <atomic>
#include <doctest/doctest.h>

#include <csignal>

using namespace davit;
using namespace davit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view told = R"t(
  { phase = "post_execute", do = "report", text = "done" },
  { phase = "post_rollback", do = "report", text = "undone" },
  { phase = "on_error", do = "report", text = "not done" },
  { phase = "success", do = "report", text = "all" },
  { phase = "failure", do = "report", text = "not all" })t";

constexpr std::string_view all_three = "0001_one has no transaction: all of its 3 statements are in the database";

struct with_one : project {
  with_one() : project(with_probe(told)) {
    migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE one (i int);\nINSERT INTO one VALUES (1);\n"
                                 "DO $$ BEGIN INSERT INTO one VALUES (2); COMMIT; END $$;");
    migration("0001_one.down.sql", "-- davit: no-transaction\nDELETE FROM one;\nDROP TABLE one;");
  }
};

// The first row of a migration that the run session writes.
struct row_watch {
  std::atomic<bool> found{false}, over{false}; // set by the proxy's thread

  bool is_it(const proxied &who, const message &m) {
    if (found || who.application != "davit run" || !has(m.sql(), "WITH state AS (INSERT INTO")) return false;
    return found = true;
  }
  // Everything that the server answers to it, up to the end.
  verdict answer(const proxied &who, const message &m, verdict at_the_end) {
    if (!found || over || who.application != "davit run") return verdict::pass();
    if (m.type != 'Z') return verdict::drop();
    over = true;
    return at_the_end;
  }
  proxy_options lose_row(verdict how) {
    return {.from_client = [this, how](const proxied &who, const message &m) {
      return is_it(who, m) ? how : verdict::pass();
    }};
  }
  proxy_options lose_answer(verdict how) {
    return {.from_client =
                [this](const proxied &who, const message &m) {
                  is_it(who, m);
                  return verdict::pass();
                },
            .from_server = [this, how](const proxied &who, const message &m) { return answer(who, m, how); }};
  }
};

environment through(const proxy &network, const project &p) {
  return {{"DAVIT_DATABASE_URL", network.url(p.database().name())}};
}

std::string outcomes(const project &p) {
  return p.database().sql(
      "SELECT string_agg(version || ' ' || outcome, ', ' ORDER BY ordinal) FROM davit.run_migration");
}

void check_nothing_left(const project &p) {
  CHECK(p.database().sql("SELECT count(*) FROM davit.progress") == "0");
  CHECK(p.database().sql("SELECT count(*) FROM davit.run_migration WHERE owes_hooks") == "0");
}

void check_stopped(const project &p, const finished_run &run) {
  CHECK(run.phases() == "on_error failure");
  CHECK(run.answer().text("/error/code") == "connection_lost");
  CHECK(run.answer().text("/error/message").starts_with("the session was lost before the ledger had taken the row of"));
  CHECK(run.answer().text("/error/state").starts_with(all_three));
  CHECK_FALSE(has(run.err(), "another run"));
  CHECK(ledger(p) == "0001 partial");
  CHECK(p.davit({"up"}).exit_code == 6);
}

// The run lock went with all other connections: the run stops, whatever became of the migration.
void check_recorded_at_last(const project &p, const finished_run &run) {
  CHECK(run.exit_code() == 1);
  CHECK(run.phases() == "post_execute failure");
  CHECK(run.answer().text("/error/state").starts_with("all migrations are applied"));
  CHECK_FALSE(has(run.err(), "could not be recorded"));
  CHECK(ledger(p) == "0001 applied");
  CHECK(outcomes(p) == "0001 applied");
  check_nothing_left(p);
  CHECK(up(p, 0).answer().integer("/planned") == 0);
}

} // namespace

TEST_CASE("the row arrived, its answer is lost: the migration is applied, and the run goes on as if nothing was") {
  const with_one p;
  p.migration("0002_two.up.sql", "-- davit: no-transaction\nCREATE TABLE two ();");
  p.migration("0003_three.up.sql", "CREATE TABLE three ();");
  row_watch watch;
  const proxy network(server().folder(), watch.lose_answer(verdict::cut()));
  const auto run = davit_run(p, {"up"}, 0, through(network, p));
  CHECK(watch.over.load());
  CHECK(run.phases() == "post_execute post_execute post_execute success");
  CHECK(run.answer().integer("/done") == 3);
  CHECK(ledger(p) == "0001 applied, 0002 applied, 0003 applied");
  CHECK(outcomes(p) == "0001 applied, 0002 applied, 0003 applied");
  CHECK(p.database().sql("SELECT outcome FROM davit.run") == "applied");
  check_nothing_left(p);
}

TEST_CASE("so it is where a migration is reverted") {
  const with_one p;
  up(p, 0);
  row_watch watch;
  const proxy network(server().folder(), watch.lose_answer(verdict::cut()));
  const auto run = davit_run(p, {"down"}, 0, through(network, p));
  CHECK(watch.over.load());
  CHECK(run.phases() == "post_rollback success");
  CHECK(ledger(p) == "0001 reverted");
  CHECK(outcomes(p) == "0001 applied, 0001 reverted");
  check_nothing_left(p);
  CHECK(up(p, 0).answer().integer("/done") == 1);
}

TEST_CASE("a session that is left behind with its answer holds up no migration that follows") {
  const with_one p;
  p.migration("0002_two.up.sql", "-- davit: no-transaction\nCREATE TABLE two ();");
  row_watch watch;
  const proxy network(server().folder(), watch.lose_answer(verdict::cut_client()));
  const auto run = davit_run(p, {"up"}, 0, through(network, p));
  CHECK(watch.over.load());
  CHECK(run.phases() == "post_execute post_execute success");
  CHECK(ledger(p) == "0001 applied, 0002 applied");
}

TEST_CASE("the row did not arrive: every statement is in the database, and all say so") {
  const with_one p;
  row_watch watch;
  const proxy network(server().folder(), watch.lose_row(verdict::cut()));
  const auto run = davit_run(p, {"up"}, 1, through(network, p));
  CHECK(watch.found.load());
  CHECK(outcomes(p) == "0001 partial");
  check_stopped(p, run);
  resume(p);
  CHECK(up(p, 0).phases() == "post_execute success");
  CHECK(p.database().sql("SELECT string_agg(i::text, ' ') FROM one") == "1 2");
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("the row arrives late: davit waits until the server has decided, and then says what is true") {
  const with_one p;
  row_watch watch;
  const proxy network(server().folder(), watch.lose_row(verdict::cut_client(500ms)));
  const auto run = davit_run(p, {"up"}, 0, through(network, p));
  CHECK(watch.found.load());
  CHECK(has(run.err(), "got no answer: the server is still at it"));
  CHECK(run.phases() == "post_execute success");
  CHECK(ledger(p) == "0001 applied");
  CHECK(outcomes(p) == "0001 applied");
  check_nothing_left(p);
}

TEST_CASE("a row that is lost with every connection is told from one that arrived, or arrives yet") {
  row_watch watch;
  proxy_options how;
  bool arrives = true;
  SUBCASE("lost") {
    how = watch.lose_row(verdict::cut().with_outage());
    arrives = false;
  }
  SUBCASE("arrived") { how = watch.lose_answer(verdict::cut().with_outage()); }
  SUBCASE("late") { how = watch.lose_row(verdict::cut_client(1s).with_outage()); }
  const with_one p;
  proxy network(server().folder(), how);
  running_program davit(p.command({"up", "--json"}, through(network, p)));
  davit.wait_for_output("the server cannot be asked yet");
  network.refuse(false);
  const finished_run run(davit.wait());
  if (arrives)
    check_recorded_at_last(p, run);
  else
    check_stopped(p, run);
}

TEST_CASE("when nobody can say whether the row is there, davit says that, and what it does know") {
  const with_one p;
  row_watch watch;
  const proxy network(server().folder(), watch.lose_answer(verdict::cut().with_outage()));
  running_program davit(p.command({"up", "--json"}, through(network, p)));
  davit.wait_for_output("the server cannot be asked yet");
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(run.answer().text("/error/state") ==
        "every statement of 0001_one is done; whether the ledger has it as applied could not be found out: davit "
        "status shows that");
  wait_until_davit_is_gone(p);
  const auto status = p.davit({"status"}).out;
  CHECK(has(status, "0 pending"));
  const auto next = up(p, 0);
  CHECK(next.answer().integer("/planned") == 0);
  CHECK(has(next.err(), "0001_one is committed, but its handlers after COMMIT are not known to have run"));
}

TEST_CASE("what its session was set to at a stop is forgotten with the row that says that it is done") {
  const with_one p;
  const std::string first = "-- davit: no-transaction\nSET work_mem = '8MB';\nCREATE TABLE one ();\nSELECT ";
  p.migration("0001_one.up.sql", first + "missing;");
  up(p, 1);
  CHECK(p.database().sql("SELECT session_settings IS NULL FROM davit.migration") == "f");
  p.migration("0001_one.up.sql", first + "1;");
  resume(p);
  row_watch watch;
  proxy network(server().folder(), watch.lose_answer(verdict::cut().with_outage()));
  running_program davit(p.command({"up"}, through(network, p)));
  davit.wait_for_output("the server cannot be asked yet");
  network.refuse(false);
  davit.wait();
  CHECK(ledger(p) == "0001 applied");
  CHECK(p.database().sql("SELECT session_settings IS NULL AND session_after IS NULL FROM davit.migration") == "t");
}

TEST_CASE("how far a migration got is of no account once its row says that it is done") {
  const with_one p;
  up(p, 0);
  p.database().sql("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                   "CREATE TRIGGER keep BEFORE DELETE ON davit.progress FOR EACH ROW EXECUTE FUNCTION keep()");
  p.migration("0002_two.up.sql", "-- davit: no-transaction\nCREATE TABLE two ();");
  up(p, 0);
  REQUIRE(p.database().sql("SELECT version || statements_begun FROM davit.progress") == "00021");
  const auto applied = [&] {
    CHECK(has(p.davit({"status"}).out, "2 applied, 0 pending"));
    CHECK(up(p, 0).answer().integer("/planned") == 0);
    CHECK(ledger(p) == "0001 applied, 0002 applied");
  };
  applied();
  p.database().sql("DROP TRIGGER keep ON davit.progress");
  applied();
  check_nothing_left(p);
}
