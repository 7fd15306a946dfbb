// A server that stops answering once the run is to end: that is bounded, too.
#include "integration/lifecycle/probe_run.hpp"

#include "support/proxy.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>

using namespace davit::test;

namespace {

// From the end of the run on, nothing that davit says reaches the server any more.
struct swallowing_network {
  std::atomic<bool> swallows = false;
  proxy network{server().folder(), {.from_client = [this](const proxied &who, const message &m) {
                  if (who.application == "davit lock" && has(m.sql(), "SET finished")) swallows = true;
                  return swallows ? verdict::drop() : verdict::pass();
                }}};

  environment of(const project &p) const { return {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}; }
};

constexpr std::string_view impatient = "environment = \"test\"\n[run]\ngrace = \"100ms\"\n";

} // namespace

TEST_CASE("a server that does not answer at the end does not keep a run that is past its deadline") {
  const project p(impatient);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
  const swallowing_network to;
  const auto run = davit_run(p, {"up", "--deadline", "300ms"}, 124, to.of(p));
  CHECK(has(run.err(), "the server does not answer; davit leaves now"));
  CHECK(run.answer().text("/error/code") == "run_deadline");
  CHECK(run.answer().integer("/exit_code") == 124);
  CHECK(has(run.answer().text("/error/message"), "davit has left before its end: the server does not answer"));
}

TEST_CASE("nor one that was told to stop") {
  const project p(impatient);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(60);");
  const swallowing_network to;
  running_program davit(p.command({"up"}, to.of(p)));
  wait_for_statement(p, "SELECT pg_sleep(60)");
  davit.send(SIGTERM);
  const auto result = davit.wait();
  CHECK(result.exit_code == 143);
  CHECK(has(result.err, "the server does not answer; davit leaves now"));
}
