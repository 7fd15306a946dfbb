// davit is killed, the server crashes, the connection breaks, at each statement that davit sends: the next run
// completes what is missing, and nothing is lost or done twice.
#include "ten_migrations.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace davit::test;

namespace {

std::string at(std::size_t n) { return std::to_string(n) + ": " + undisturbed().statements.at(n - 1); }

} // namespace

TEST_CASE("davit is killed with -9 as it sends its n-th statement, which still arrives or does not") {
  for (const bool arrives : {true, false})
    for (const auto n : points(arrives ? 4 : 9)) {
      CAPTURE(at(n));
      CAPTURE(arrives);
      const ten_migrations all;
      std::atomic<pid_t> davit = 0;
      std::atomic<bool> killed = false;
      const proxy network(crashing_server().folder(), {.from_client = at_statement(n, [&] {
                                                         while (davit == 0) std::this_thread::yield();
                                                         killed = true;
                                                         ::kill(davit, SIGKILL);
                                                         return arrives ? verdict::cut_client() : verdict::cut();
                                                       })});
      running_program run(all.up(network.url(all.name())));
      davit = run.pid();
      run.wait();
      CHECK(killed);
      all.finish();
      CHECK(all.state() == undisturbed().state);
    }
}

TEST_CASE("the connection breaks as davit sends its n-th statement") {
  for (const auto n : points(3)) {
    CAPTURE(at(n));
    const ten_migrations all;
    const proxy network(crashing_server().folder(), {.from_client = at_statement(n, [] { return verdict::cut(); })});
    const auto run = davit::test::run(all.up(network.url(all.name())));
    CAPTURE(run.err);
    CHECK(run.signal == 0);
    all.finish();
    CHECK(all.state() == undisturbed().state);
  }
}

TEST_CASE("the server crashes as davit sends its n-th statement") {
  for (const auto n : points(6)) {
    CAPTURE(at(n));
    const ten_migrations all;
    std::atomic<bool> crashed = false;
    const proxy network(crashing_server().folder(), {.from_client = at_statement(n, [&] {
                                                       crashing_server().crash();
                                                       crashed = true;
                                                       return verdict::pass();
                                                     })});
    running_program run(all.up(network.url(all.name())));
    wait_until("waiting for the crash", [&] { return crashed.load(); });
    crashing_server().start();
    const auto outcome = run.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.signal == 0);
    all.finish();
    CHECK(all.state() == undisturbed().state);
  }
}
