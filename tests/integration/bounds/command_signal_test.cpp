// Signals to commands that are no runs.
#include "integration/lifecycle/probe_run.hpp"

#include <csignal>
#include <utility>

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a signal that ends a command cancels what its session has the server do") {
  const project p(head);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.verify.sql", "SELECT true;");
  up(p, 0);
  p.migration("1_a.verify.sql", "SELECT pg_sleep(600) IS NOT NULL AS long_one;");
  for (const auto &[signal, exit_code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 143}}) {
    CAPTURE(signal);
    running_program davit(p.command({"verify", "--run-sql"}));
    wait_for_statement(p, "long_one");
    davit.send(signal);
    const auto result = davit.wait();
    CHECK(result.exit_code == exit_code);
    CHECK(has(result.err, "the server is told to end what it was at"));
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("so it is where a command waits for the ledger") {
  const project p(head);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  up(p, 0);
  auto other = p.database().connect();
  other.exec("BEGIN; LOCK TABLE davit.migration");
  for (const std::string command : {"status", "plan"}) {
    CAPTURE(command);
    running_program davit(p.command({command}));
    davit.wait_for_output("waiting for ");
    davit.send(SIGTERM);
    CHECK(davit.wait().exit_code == 143);
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("no plugin is blamed for what davit does about signals") {
  const project p("environment = \"test\"\n" + probe(R"t({ phase = "after_ddl", do = "report", text = "called" })t"));
  p.migration("0001_one.up.sql", "SELECT 1;");
  for (const std::vector<std::string> &command :
       std::vector<std::vector<std::string>>{{"plan"}, {"doctor"}, {"plugin", "list"}, {"up"}, {"status"}}) {
    const auto ended = p.davit(command);
    CHECK_MESSAGE(ended.exit_code == 0, ended.err);
    CHECK_MESSAGE(!has(ended.err, "changed what happens on"), ended.err);
  }
}
