// Signals and the deadline before there is a run.
#include "integration/lifecycle/probe_run.hpp"
#include "silent_server.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

TEST_CASE("a signal while davit connects to a server that does not answer") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const project p(with_probe(R"t({ phase = "failure", do = "report", text = "wrong" })t"));
    const silent_server server;
    running_program davit(p.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", server.url()}}));
    server.wait_for_client();
    davit.send(signal);
    const finished_run run(davit.wait());
    CHECK(run.exit_code() == (signal == SIGINT ? 130 : 143));
    CHECK(run.answer().text("/error/code") == (signal == SIGINT ? "interrupted" : "terminated"));
    CHECK(run.answer().text("/error/state") == "the run had not begun: nothing was touched");
    CHECK_FALSE(run.answer().has("/hooks")); // `failure` least of all
  }
}

TEST_CASE("the deadline of the run is kept also where the server does not answer") {
  const project p;
  const silent_server server;
  const auto result = p.davit({"up", "--deadline", "200ms"}, {{"DAVIT_DATABASE_URL", server.url()}});
  CHECK(result.exit_code == 124);
  CHECK(has(result.err, "deadline of 200ms"));
}

TEST_CASE("a signal while the private server is made: nothing is left of it") {
  const project p;
  const temp_folder tmp;
  std::filesystem::permissions(tmp.path(),
                               std::filesystem::perms(0755)); // the server's own user has to reach its folder
  running_program davit(p.command({"up", "--ephemeral", "--json"}, {{"TMPDIR", tmp.path().string()}}));
  wait_until("waiting for the server's folder", [&tmp] { return !tmp.names().empty(); });
  davit.send(SIGINT);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 130);
  CHECK(run.answer().text("/error/code") == "interrupted");
  CHECK(tmp.names().empty());
}

TEST_CASE("nothing is left of a private server where nobody is left to tidy up") {
  const temp_folder scratch;
  std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755));
  const project p;
  p.migration("1_a.up.sql", "SELECT pg_sleep(600);");
  for (const auto &[command, signal] : std::vector<std::pair<const char *, int>>{{"plan", SIGTERM}, {"up", SIGKILL}}) {
    CAPTURE(command);
    running_program davit(p.command({command, "--ephemeral"}, {{"TMPDIR", scratch.path().string()}}));
    wait_until("the server is being made", [&] {
      const auto all = scratch.names();
      return !all.empty() && std::filesystem::exists(scratch.path() / all.front() / "log");
    });
    davit.send(signal);
    davit.wait();
    wait_until("it is gone", [&] { return scratch.names().empty(); });
  }
}
