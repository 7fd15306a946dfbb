// SIGINT and SIGTERM wherever a run may be: it stops at once, rolled back, and exactly one of success and failure
// fires.
#include "held_cancellations.hpp"
#include "integration/lifecycle/probe_run.hpp"
#include "lifecycle/supervision/supervisor.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <functional>

using namespace davit::test;

namespace {

const std::string ends = R"t(
  { phase = "success", do = "report", text = "wrong" },
  { phase = "failure", do = "info", key = "run.outcome", expect = "interrupted" },
  { phase = "failure", do = "sql", sql = "SELECT 7" },)t";

// What every run that was interrupted has in common.
void check_stopped(const project &p, const finished_run &run, int exit_code = 130) {
  CHECK(run.exit_code() == exit_code);
  CHECK(run.answer().text("/error/code") == (exit_code == 130 ? "interrupted" : "terminated"));
  CHECK(run.answer().text("/outcome") == "interrupted");
  CHECK(run.messages("failure") == "interrupted; 7");
  CHECK(run.outcomes("success") == "");
  wait_until_davit_is_gone(p);
}

// Applies the migration until `there` holds, then sends the signal. The end comes soon, long before that of what was
// sent to the server, which takes a minute or for ever everywhere here.
finished_run interrupted(const project &p, const std::function<void(running_program &)> &there, int signal = SIGINT) {
  running_program davit(p.command({"up", "--json"}));
  there(davit);
  const auto sent = std::chrono::steady_clock::now();
  davit.send(signal);
  davit.wait_for_output(signal == SIGINT ? "interrupted: stopping" : "SIGTERM: stopping");
  finished_run run(davit.wait());
  CHECK(std::chrono::steady_clock::now() - sent < std::chrono::seconds(15));
  return run;
}

std::function<void(running_program &)> statement(const project &p, const std::string &words) {
  return [&p, words](running_program &) { wait_for_statement(p, words); };
}

} // namespace

TEST_CASE("a signal while a handler's SQL runs, at every phase before the end") {
  const struct {
    std::string phase, ledger;
  } rows[] = {{"startup", ""},
              {"pre_validate", ""},
              {"validated", ""},
              {"pre_execute", ""},
              {"before_ddl", ""},
              {"before_validation", ""},
              {"after_ddl", ""},
              {"cleanup", ""},
              {"after_validation", ""},
              {"post_execute", "0001 applied"},
              {"post_complete", "0001 applied, 0002 applied"}};
  for (const auto &row : rows) {
    CAPTURE(row.phase);
    const project p(
        with_probe(ends + action("phase = \"" + row.phase + "\"", R"t(do = "sql", sql = "SELECT pg_sleep(61)")t")));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
    check_stopped(p, interrupted(p, statement(p, "SELECT pg_sleep(61)"), SIGTERM), 143);
    CHECK((row.phase == "startup" ? "" : ledger(p)) == row.ledger);
    CHECK(exists(p, "one") == !row.ledger.empty());
  }
}

TEST_CASE("a signal while the migration's own SQL runs, whatever it does") {
  const struct {
    std::string what, before, up, verify;
  } rows[] = {
      {"verify file", "", "CREATE TABLE one (i int);", "SELECT pg_sleep(61) IS NOT NULL;"},
      {"COPY",
       "CREATE TABLE t (i int); CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
       "pg_sleep(61); RETURN NEW; END $$; CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION "
       "slow();",
       "CREATE TABLE one (i int);\nCOPY t FROM stdin;\n1\n2\n\\.\n", ""},
      {"deferred trigger",
       "CREATE TABLE t (i int); CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
       "pg_sleep(61); "
       "RETURN NEW; END $$; CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH "
       "ROW "
       "EXECUTE FUNCTION slow();",
       "CREATE TABLE one (i int); INSERT INTO t VALUES (1);", ""},
  };
  for (const auto &row : rows) {
    CAPTURE(row.what);
    const project p(with_probe(ends));
    if (!row.before.empty()) p.database().sql(row.before);
    p.migration("0001_one.up.sql", row.up);
    if (!row.verify.empty()) p.migration("0001_one.verify.sql", row.verify);
    const auto asleep = [&p](running_program &) {
      wait_until("waiting for the migration to sleep", [&p] {
        return p.database().sql(
                   "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name "
                   "= 'davit run' AND datname = current_database()") == "1";
      });
    };
    check_stopped(p, interrupted(p, asleep));
    CHECK_FALSE(exists(p, "one"));
    CHECK(ledger(p) == "");
  }
}

TEST_CASE("a terminal that is closed does not stop a run that was started with nohup") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n");
  p.database().sql("CREATE TABLE t (i int)");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); INSERT INTO t VALUES (1);");
  program what = p.command({"up"});
  what.argv.insert(what.argv.begin(), {"/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh"});
  running_program davit(what);
  wait_for_lock_wait(p);
  davit.send(SIGHUP);
  holder.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("the second signal leaves with the status that the table has for it, also where it is SIGHUP") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "log", text = "hanging now" },
                                { phase = "after_ddl", do = "hang" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("hanging now");
  davit.send(SIGINT);
  davit.wait_for_output("a second Ctrl-C leaves at once");
  davit.insist(SIGHUP);                 // what comes at once is the same wish
  const finished_run run(davit.wait()); // answered all the same
  CHECK(run.exit_code() == 143);
  CHECK(run.answer().text("/error/code") == "terminated");
  CHECK(run.answer().text("/error/message") ==
        "the run was stopped by SIGINT, and davit has left before its end: second signal");
}

TEST_CASE("a handler at the end of a stopped run has its own time, and is not said to be past its deadline") {
  const project p(
      with_probe(R"t({ phase = "failure", do = "sql", sql = "SELECT pg_sleep(60)" })t", "deadline = \"30s\"") +
      "[run]\ngrace = \"100ms\"\n");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(61);");
  const auto run = interrupted(p, statement(p, "SELECT pg_sleep(61)"));
  CHECK(run.exit_code() == 130);
  CHECK(has(run.messages("failure"), "it did not finish within the time at the end of a stopped run, 1000 ms"));
}

TEST_CASE("two signals together, as from a session that ends or from what runs davit, are one wish to stop") {
  for (const auto &pair : {std::pair{SIGTERM, SIGHUP}, {SIGINT, SIGTERM}, {SIGHUP, SIGINT}}) {
    const int first = pair.first;
    CAPTURE(first);
    const project p(with_probe(ends));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(61);");
    running_program davit(p.command({"up", "--json"}));
    wait_for_statement(p, "SELECT pg_sleep(61)");
    davit.send(first);
    davit.wait_for_output(": stopping"); // two that wait are taken by number
    davit.send(pair.second);
    check_stopped(p, finished_run(davit.wait()), first == SIGINT ? 130 : 143);
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "interrupted");
  }
}

TEST_CASE("also where a request to cancel takes its time, and what comes later leaves without waiting for that") {
  const project p(with_probe(ends));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(61);");
  held_cancellations held;
  const proxy network(server().folder(), {.from_client = held.hook()});
  const environment by_network{{"DAVIT_DATABASE_URL", network.url(p.database().name())}};
  SUBCASE("one wish") {
    running_program davit(p.command({"up", "--json"}, by_network));
    wait_for_statement(p, "SELECT pg_sleep(61)");
    davit.send(SIGTERM);
    REQUIRE(held.wait_for_one());
    davit.send(SIGTERM);
    davit.wait_for_output("the server does not answer");
    held.let_go();
    check_stopped(p, finished_run(davit.wait()), 143);
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "interrupted");
  }
  SUBCASE("a second one") {
    running_program davit(p.command({"up"}, by_network));
    wait_for_statement(p, "SELECT pg_sleep(61)");
    davit.send(SIGTERM);
    REQUIRE(held.wait_for_one());
    davit.insist(SIGTERM);
    const auto result = davit.wait();
    held.let_go();
    CHECK(result.exit_code == 143);
    CHECK(has(result.err, "second signal; davit leaves now"));
    CHECK(count(result.err, "the server does not answer") == 1); // the first wait was given up
  }
}

TEST_CASE("a signal that comes when the run has ended no longer ends the process, which would say something else") {
  struct sigaction before {};
  ::sigaction(SIGTERM, nullptr, &before);
  {
    const davit::lifecycle::blocked_signals signals(davit::lifecycle::blocked_signals::afterwards::ignored);
    ::raise(SIGTERM);
  } // it would strike here
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    ::sigaction(s, nullptr, &now);
    const bool ignored = now.sa_handler == SIG_IGN;
    CHECK(ignored);
    ::sigaction(s, &before, nullptr);
  }
}

TEST_CASE("a signal while a statement waits for another session's lock") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"0\"\n" + probe(ends));
  p.database().sql("CREATE TABLE t AS SELECT 1 AS i");
  auto holder = p.database().connect();
  holder.exec("BEGIN; UPDATE t SET i = 2");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); UPDATE t SET i = 3;");
  check_stopped(p, interrupted(p, [&p](running_program &) { wait_for_lock_wait(p); }));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a signal in the pause before the next attempt") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"20ms\"\nlock_retries = 50\n" + probe(ends));
  p.database().sql("CREATE TABLE t (i int)");
  auto holder = p.database().connect();
  holder.exec("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); ALTER TABLE t ADD j int;");
  const auto run = interrupted(p, [](running_program &davit) { davit.wait_for_output("attempt 4 was rolled back"); });
  check_stopped(p, run);
  CHECK_FALSE(has(run.err(), "attempt 6 was rolled back"));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a signal while a file without a transaction waits: what is done stays, and is known") {
  const project p(with_probe(ends));
  p.database().sql("CREATE TABLE t (i int)");
  auto holder = p.database().connect();
  holder.exec("BEGIN; INSERT INTO t VALUES (1)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);\nCREATE INDEX CONCURRENTLY t_i ON t (i);");
  check_stopped(p, interrupted(p, [&p](running_program &) { wait_for_lock_wait(p); }));
  CHECK(ledger(p) == "0001 partial");
  CHECK(exists(p, "one"));
}

TEST_CASE("handlers after COMMIT that a signal kept from running are owed: status and the next run say so, once") {
  const project p(with_probe(R"t({ phase = "post_execute", do = "sql", sql = "SELECT pg_sleep(61)" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(interrupted(p, statement(p, "SELECT pg_sleep(61)")).exit_code() == 130);
  CHECK(p.davit_json({"status"}).text("/unfinished_runs/0/owed/0") == "0001_one");
  p.configure(head);
  CHECK(has(up(p, 0).err(), "0001_one is committed, but its handlers after COMMIT are not known to have run"));
  CHECK(p.davit_json({"status"}).size("/unfinished_runs") == 0);
  CHECK_FALSE(has(up(p, 0).err(), "not known to have run"));
}

TEST_CASE("a handler that ignores the signal is given up after the grace; the exit code is the signal's") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const project p("environment = \"test\"\n[run]\ngrace = \"200ms\"\n" +
                    probe(R"t({ phase = "after_ddl", do = "log", text = "hanging now" },
                             { phase = "after_ddl", do = "hang" }, { phase = "failure", do = "report" })t",
                          "", "lost") +
                    probe(ends, "", "witness"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = interrupted(
        p, [](running_program &davit) { davit.wait_for_output("hanging now"); }, signal);
    check_stopped(p, run, signal == SIGINT ? 130 : 143);
    CHECK(has(run.err(), "plugin 'lost', handler 'after_ddl' at after_ddl does not return"));
    CHECK(has(run.answer().text("/error/detail"), "handler 'after_ddl'"));
    CHECK(run.calls() == "lost.after_ddl witness.failure");
    CHECK_FALSE(exists(p, "one"));
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "interrupted");
  }
}

TEST_CASE("the second signal leaves at once also where statements run, and no session is left") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "sql", side = true, sql = "SELECT 1" },
                                { phase = "after_ddl", do = "log", text = "hanging now" },
                                { phase = "after_ddl", do = "hang" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const temp_folder tmp;
  std::filesystem::permissions(tmp.path(),
                               std::filesystem::perms(0755)); // the server's own user has to reach its folder
  for (const std::vector<std::string> &command : {std::vector<std::string>{"up"}, {"up", "--ephemeral"}}) {
    running_program davit(p.command(command, {{"TMPDIR", tmp.path().string()}}));
    davit.wait_for_output("hanging now");
    davit.send(SIGINT);
    davit.wait_for_output("a second Ctrl-C leaves at once");
    davit.insist(SIGTERM);
    CHECK(davit.wait().exit_code == 143);
    wait_until_davit_is_gone(p);
    CHECK_FALSE(exists(p, "one"));
    CHECK(tmp.names().empty());
  }
}
