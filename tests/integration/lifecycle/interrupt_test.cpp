// SIGINT and SIGTERM: the run stops at once, cleanly, and says so to the hooks.
#include "probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

const std::string last = R"t(
  { phase = "success", do = "report", text = "wrong" },
  { phase = "failure", do = "info", key = "run.outcome", expect = "interrupted" },
  { phase = "failure", do = "sql", sql = "SELECT 7" },)t";

void check_interrupted(const project &p, const finished_run &run, int exit_code) {
  CHECK(run.exit_code() == exit_code);
  CHECK(run.answer().text("/outcome") == "interrupted");
  CHECK(run.messages("failure") == "interrupted; 7");
  CHECK(run.outcomes("failure") == "ok");
  CHECK(run.outcomes("success") == "");
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}

} // namespace

TEST_CASE("a signal while a statement runs cancels it and rolls the migration back: exit 130 or 143") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const project p(with_probe(last + R"t({ phase = "on_error", do = "report", text = "told" })t"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
    running_program davit(p.command({"up", "--json"}));
    wait_for_statement(p, "SELECT pg_sleep(60)");
    davit.send(signal);
    const finished_run run(davit.wait());
    check_interrupted(p, run, signal == SIGINT ? 130 : 143);
    CHECK(run.outcomes("on_error") == "ok");
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "interrupted");
    CHECK(ledger(p) == "");
  }
}

TEST_CASE("a signal while a handler's SQL runs cancels that, whatever the handler's policy") {
  for (const std::string where :
       {R"t(phase = "after_ddl")t", R"t(phase = "after_ddl", side = true)t", R"t(phase = "startup")t"}) {
    CAPTURE(where);
    const project p(
        with_probe(last + action(where, R"t(do = "sql", sql = "SELECT pg_sleep(61)")t"), "on_failure = \"warn\""));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    running_program davit(p.command({"up", "--json"}));
    wait_for_statement(p, "SELECT pg_sleep(61)");
    davit.send(SIGINT);
    check_interrupted(p, finished_run(davit.wait()), 130);
  }
}

TEST_CASE("a handler that runs code learns of a signal from cancelled(), and the one in failure starts afresh") {
  const project p(with_probe(last + R"t(
    { phase = "after_ddl", do = "log", text = "waiting now" },
    { phase = "after_ddl", do = "wait" },
    { phase = "failure", do = "cancelled", expect = "none" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("waiting now");
  davit.send(SIGTERM);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.messages("after_ddl") == "interrupt");
  CHECK(run.messages("failure") == "interrupted; 7; none");
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a signal between migrations keeps what is applied and does not start the next one") {
  const project p(with_probe(R"t(
    { phase = "post_execute", do = "log", text = "waiting now" },
    { phase = "post_execute", do = "wait" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("waiting now");
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(run.answer().text("/error/state") == "0001_one is applied and stays so");
  CHECK(ledger(p) == "0001 applied");
  CHECK_FALSE(exists(p, "two"));
}

TEST_CASE("a signal while waiting for the run lock ends the wait") {
  const project p(with_probe(last + R"t({ phase = "pre_validate", do = "report", text = "wrong" })t"));
  p.migration("0001_one.up.sql", "SELECT pg_sleep(62);");
  running_program first(p.command({"up"}));
  wait_for_statement(p, "SELECT pg_sleep(62)");
  running_program second(p.command({"up", "--json"}));
  second.wait_for_output("waiting for the run lock");
  second.send(SIGTERM);
  const finished_run run(second.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.phases() == "failure");
  CHECK(run.messages("failure") == "interrupted; 7");
  first.send(SIGINT);
  CHECK(first.wait().exit_code == 130);
  wait_until_davit_is_gone(p);
}

TEST_CASE("the second signal leaves at once, and the server rolls back") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "log", text = "hanging now" },
                                { phase = "after_ddl", do = "hang" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("hanging now");
  davit.send(SIGINT);
  davit.wait_for_output("a second Ctrl-C leaves at once");
  davit.insist(SIGTERM);
  CHECK(davit.wait().exit_code == 143);
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("the same signal twice at once, as from timeout(1), is one wish") {
  const project p(with_probe(last));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(64);");
  running_program davit(p.command({"up", "--json"}));
  wait_for_statement(p, "SELECT pg_sleep(64)");
  davit.send(SIGTERM);
  davit.wait_for_output("SIGTERM: stopping");
  davit.send(SIGTERM);
  check_interrupted(p, finished_run(davit.wait()), 143);
}
