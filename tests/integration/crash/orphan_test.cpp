// davit is killed, and its backend goes on working: the next run waits for it, and then does what is right.
#include "../lifecycle/probe_run.hpp"
#include "support/older_ledger.hpp"
#include "support/working_role.hpp"

#include "support/proxy.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

using namespace davit::test;

namespace {

// Kills davit while that statement runs; gives the pid of the session that goes on with it.
std::string orphan(const project &p, std::string_view words) {
  running_program davit(p.command({"up"}));
  wait_for_statement(p, words);
  davit.send(SIGKILL);
  davit.wait();
  return p.database().sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
                          "'davit run'");
}

// A statement that gives up every lock of its session, and goes on once nobody has `holder`'s.
struct at_gate : project {
  at_gate() : project("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n"), holder(database().connect()) {
    database().sql("CREATE TABLE t (x int); CREATE TABLE gate ()");
    holder.exec("BEGIN; LOCK TABLE gate");
    migration("0001_t.up.sql", "-- davit: no-transaction\nINSERT INTO t VALUES (1);\nDO $$ BEGIN PERFORM "
                               "pg_advisory_unlock_all(); COMMIT; LOCK TABLE gate; INSERT INTO t VALUES (2); END $$;\n"
                               "INSERT INTO t VALUES (3);");
  }
  davit::postgres::connection holder;
};

void kill_in_it(const at_gate &p, const environment &as = {}) {
  running_program davit(p.command({"up"}, as));
  wait_for_lock_wait(p);
  davit.send(SIGKILL);
  davit.wait();
  wait_until("a lock session that is gone", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                            "application_name LIKE 'davit %'") == "1";
  });
}

struct gated : at_gate {
  gated() { kill_in_it(*this); }
};

constexpr const char *at_work = "a session that it has left behind is still at work";

// `davit up`, which has to say for whom it waits.
outcome up_after(const project &p, const std::string &pid) {
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  davit.wait_for_output("pid " + pid + " ");
  return davit.wait();
}

} // namespace

TEST_CASE("an orphan inside a transaction is waited for, and leaves nothing") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); INSERT INTO one VALUES (1); SELECT pg_sleep(3);");
  const auto pid = orphan(p, "pg_sleep(3)");
  REQUIRE_FALSE(pid.empty());
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); INSERT INTO one VALUES (1);");
  CHECK(up_after(p, pid).exit_code == 0);
  CHECK(p.database().sql("SELECT count(*) FROM one") == "1");
}

TEST_CASE("an orphan in a file without a transaction is waited for: its statement does not count, those before do") {
  const project p;
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE one (i int);\nINSERT INTO one VALUES (1);\n"
                                 "INSERT INTO one SELECT 2 FROM pg_sleep(3);\nINSERT INTO one VALUES (3);");
  const auto pid = orphan(p, "pg_sleep(3)");
  REQUIRE_FALSE(pid.empty());
  const auto refused = up_after(p, pid);
  CHECK(refused.exit_code == 6);
  CHECK(has(p.davit({"status"}).out, "stopped after statement 2"));
  CHECK(p.davit({"repair", "0001", "--resume"}).exit_code == 0);
  CHECK(p.davit({"up"}).exit_code == 0);
  CHECK(p.database().sql("SELECT string_agg(i::text, ' ' ORDER BY i) FROM one") == "1 2 3");
}

TEST_CASE("an orphan's CREATE INDEX CONCURRENTLY is waited for, and not done twice") {
  const project p;
  p.database().sql("CREATE TABLE t (i int)");
  auto reader = p.database().connect();
  reader.exec("BEGIN; INSERT INTO t VALUES (1)");
  p.migration("0001_i.up.sql", "CREATE INDEX CONCURRENTLY i ON t (i);");
  p.migration("0002_two.up.sql", "CREATE TABLE two ();");
  const auto pid = orphan(p, "CREATE INDEX CONCURRENTLY");
  REQUIRE_FALSE(pid.empty());
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  reader.exec("COMMIT");
  CHECK(davit.wait().exit_code == 6);
  CHECK(p.davit({"repair", "0001", "--resume"}).exit_code == 0);
  const auto run = p.davit({"up"});
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK(has(run.err, "is there and valid"));
  CHECK(ledger(p) == "0001 applied, 0002 applied");
  CHECK(p.database().sql("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass") == "1");
}

TEST_CASE("an orphan that has given up its locks inside of a statement is seen, and waited for, all the same") {
  gated p;
  CHECK(has(p.davit({"status"}).out, at_work));
  CHECK(has(p.davit({"doctor"}).out, "a session of an earlier one is still at work"));
  running_program dry(p.command({"up", "--dry-run"}));
  dry.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  dry.send(SIGTERM);
  CHECK(dry.wait().exit_code == 143);
  running_program davit(p.command({"repair", "0001", "--resume", "--after", "2"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  running_program beside(p.command({"up"}));
  beside.wait_for_output("waiting for ");
  p.holder.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  beside.wait();
  up(p, 0);
  CHECK(p.database().sql("SELECT string_agg(x::text, ' ' ORDER BY x) FROM t") == "1 2 3");
}

TEST_CASE("a session is taken for an orphan only if it is the very one that the ledger names") {
  gated p;
  SUBCASE("another one with its pid") {
    p.database().sql("UPDATE davit.progress SET session_begun = session_begun - interval '1 microsecond'");
  }
  SUBCASE("of a davit that did not name one") { make_ledger_older(p, 7); }
  CHECK_FALSE(has(p.davit({"status"}).out, at_work));
  CHECK(up(p, 6).answer().text("/error/code") == "partly_applied");
  p.holder.exec("COMMIT");
  wait_until_davit_is_gone(p);
}

TEST_CASE("it is known for sure, too, where sessions begin as another role than the one that logged in") {
  at_gate p;
  const working_role role(p);
  const std::string owner = "owner_" + p.database().name();
  p.database().sql("ALTER TABLE t OWNER TO " + owner);
  p.holder.exec("COMMIT");
  p.holder.exec("GRANT ALL ON gate TO " + owner);
  p.holder.exec("BEGIN; LOCK TABLE gate");
  kill_in_it(p, role.as());
  CHECK(has(p.davit({"status"}, role.as()).out, at_work));
  CHECK(has(p.davit({"status"}).out, at_work));
  p.database().sql("UPDATE davit.progress SET session_begun = session_begun - interval '1 microsecond'");
  CHECK_FALSE(has(p.davit({"status"}, role.as()).out, at_work));
  CHECK_FALSE(has(p.davit({"status"}).out, at_work));

  p.database().sql("UPDATE davit.progress SET session_begun = NULL"); // as an older davit has left it
  CHECK(has(p.davit({"status"}).out, at_work));
  CHECK(p.davit_json({"status"}).has("/leftover_session"));
  p.database().sql("UPDATE davit.progress SET began = began - interval '1 hour'");
  CHECK_FALSE(p.davit_json({"status"}).has("/leftover_session")); // it is younger than that
  p.holder.exec("COMMIT");
  wait_until_davit_is_gone(p);
}

TEST_CASE("a role that may not see whether it is that very session says so, and what shows it") {
  at_gate p;
  const std::string role = "stranger_to_" + p.database().name();
  kill_in_it(p);
  p.database().sql("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA davit TO " + role +
                   "; GRANT SELECT ON ALL TABLES IN SCHEMA davit TO " + role);
  const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
  const std::string doubt = "or it is another session that has got its pid", grant = "GRANT pg_read_all_stats TO ";
  const auto status = p.davit({"status"}, as).out;
  CHECK(has(status, at_work));
  CHECK(has(status, doubt));
  CHECK(has(status, grant + '"' + role + '"'));
  p.database().sql(grant + role);
  CHECK(has(p.davit({"status"}, as).out, at_work));
  CHECK_FALSE(has(p.davit({"status"}, as).out, doubt));
  CHECK_FALSE(has(p.davit({"status"}).out, doubt));
  p.holder.exec("COMMIT");
  wait_until_davit_is_gone(p);
  p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("a session that was lost, but is still at such a statement, is waited for before its end is written down") {
  at_gate p;
  std::chrono::microseconds later{};
  SUBCASE("") {}
  SUBCASE("also where the statement reaches the server behind the loss") { later = std::chrono::milliseconds(200); }
  const proxy network(server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                        const bool last = who.application == "davit run" && has(m.sql(), "LOCK TABLE gate");
                        return last ? verdict::cut_client(later) : verdict::pass();
                      }});
  const auto lost = davit_run(p, {"up"}, 1, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}});
  CHECK(lost.answer().text("/error/code") == "connection_lost");
  CHECK(has(lost.err(), "was lost, but is still at work: how far it gets is settled by the next run"));
  wait_until("a session that has given up its locks", [&p] { return has(p.davit({"status"}).out, at_work); });
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for a leftover session of an earlier run, which is still at work: pid ");
  p.holder.exec("COMMIT");
  CHECK(davit.wait().exit_code == 6);
  CHECK(p.database().sql("SELECT string_agg(x::text, ' ' ORDER BY x) FROM t") == "1 2");
}

TEST_CASE("what a role may not see of who is in the way is not made up, and what the ledger has of it is told") {
  const project p("environment = \"test\"\n[database]\nrun_lock_timeout = \"50ms\"\n");
  const std::string holder = "holder_of_" + p.database().name(), role = "stranger_to_" + p.database().name();
  p.database().sql("CREATE ROLE " + holder + " LOGIN; CREATE ROLE " + role + " LOGIN; GRANT CREATE ON DATABASE " +
                   p.database().name() + " TO " + holder);
  const auto as = [&p](const std::string &one) {
    return environment{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + one}};
  };
  const std::string unseen = "; where from, since when and at what is shown after GRANT pg_read_all_stats TO \"" + role;
  const std::string needs = "(which this role may do after GRANT pg_signal_backend TO \"" + role + "\")";
  p.migration("0001_one.up.sql", "SELECT pg_sleep(67);");
  running_program first(p.command({"up"}, as(holder)));
  wait_for_statement(p, "SELECT pg_sleep(67)");
  p.database().sql("GRANT USAGE ON SCHEMA davit TO " + role +
                   "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN "
                   "SCHEMA davit TO " +
                   role);
  const auto pid_of = [&p](const std::string &application) {
    return p.database().sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name "
                            "= '" +
                            application + "' AND usename LIKE 'holder%'");
  };
  const auto said = [](const outcome &o) { return o.out + o.err; };
  const auto refused = said(p.davit({"up"}, as(role)));
  CHECK(has(refused, "the run lock is held by pid " + pid_of("davit lock")));
  CHECK(has(refused, unseen));
  CHECK_FALSE(has(refused, "from local"));
  CHECK(has(refused, ", of davit up, run by "));
  CHECK(has(refused, "end it: SELECT pg_terminate_backend(" + pid_of("davit lock") + "); " + needs));
  CHECK(has(said(p.davit({"doctor"}, as(role))), unseen));
  const auto seen = said(p.davit({"up"}));
  CHECK(has(seen, "from local, since 2"));
  CHECK(has(seen, ", of davit up, run by "));
  CHECK_FALSE(has(seen, "may do"));

  first.send(SIGKILL);
  first.wait();
  wait_until("a lock session that is gone", [&] { return pid_of("davit lock").empty(); });
  const auto left = said(p.davit({"up"}, as(role)));
  CHECK(has(left, "a leftover session of an earlier run is still at work: pid " + pid_of("davit run")));
  CHECK(has(left, unseen));
  CHECK(has(left, "end it: SELECT pg_terminate_backend(" + pid_of("davit run") + "); " + needs));
  p.database().sql("SELECT pg_terminate_backend(" + pid_of("davit run") + ")");
  wait_until_davit_is_gone(p);
  p.database().sql("DROP OWNED BY " + role + ", " + holder + " CASCADE; DROP ROLE " + role + ", " + holder);
}
