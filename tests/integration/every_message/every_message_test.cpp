// davit is killed, the server crashes, the connection breaks, at each message that either side sends: what davit says
// of it is true, the next run completes what is missing, and nothing is lost or done twice.
#include "messages.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace davit::test;

namespace {

constexpr std::size_t sampled = 4;

// Calls for each point of the sample with a fresh database, which has to come to the undisturbed end afterwards.
void disturb(direction way, side from, const std::function<void(const ten_migrations &, std::size_t)> &disturbed_run) {
  for (const auto n : points(way, from, sampled)) {
    CAPTURE(at(way, from, n));
    const ten_migrations all(way);
    disturbed_run(all, n);
    all.finish();
    CHECK(all.state() == undisturbed(way));
  }
}

proxy_options at_one(side from, message_hook hook) {
  return from == side::client ? proxy_options{.from_client = std::move(hook)}
                              : proxy_options{.from_server = std::move(hook)};
}

void kill_davit(direction way, bool arrives) {
  disturb(way, side::client, [&](const ten_migrations &all, std::size_t n) {
    std::atomic<pid_t> davit = 0;
    std::atomic<bool> killed = false;
    const proxy network(crashing_server().folder(), at_one(side::client, at_message(side::client, n, [&](const auto &) {
                                                             while (davit == 0) std::this_thread::yield();
                                                             killed = true;
                                                             ::kill(davit, SIGKILL);
                                                             return arrives ? verdict::cut_client() : verdict::cut();
                                                           })));
    running_program run(all.command_through(network));
    davit = run.pid();
    run.wait();
    CHECK(killed);
  });
}

void break_connection(direction way, side from) {
  disturb(way, from, [&](const ten_migrations &all, std::size_t n) {
    std::atomic<bool> cut = false;
    const proxy network(crashing_server().folder(), at_one(from, at_message(from, n, [&](const auto &) {
                                                             cut = true;
                                                             return verdict::cut();
                                                           })));
    const auto run = davit::test::run(all.command_through(network));
    CHECK(cut);
    all.check_claims(run);
  });
}

// The server does what it is sent meanwhile.
void withhold_answers(direction way) {
  disturb(way, side::server, [&](const ten_migrations &all, std::size_t n) {
    std::atomic<bool> withheld = false;
    std::size_t whose = 0;
    const auto first = at_message(side::server, n, [&](const proxied &who) {
      whose = who.number;
      withheld = true;
      return verdict::drop();
    });
    proxy network(crashing_server().folder(), {.from_server = [&](const proxied &who, const message &m) {
                    return withheld && who.number == whose ? verdict::drop() : first(who, m);
                  }});
    running_program run(all.command_through(network));
    wait_until("waiting for the answer", [&] { return withheld.load(); });
    wait_until("waiting for the server to have nothing to do", [&] {
      return all.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name "
                     "LIKE 'davit %' "
                     "AND state = 'active' AND wait_event IS DISTINCT FROM 'ClientRead'") == "0";
    });
    network.cut();
    all.check_claims(run.wait());
  });
}

// Before it gets the message, or after it has done what it answers to.
void crash_server(direction way, side from) {
  disturb(way, from, [&](const ten_migrations &all, std::size_t n) {
    std::atomic<bool> crashed = false;
    const proxy network(crashing_server().folder(), at_one(from, at_message(from, n, [&](const auto &) {
                                                             crashing_server().crash();
                                                             crashed = true;
                                                             return from == side::client ? verdict::pass()
                                                                                         : verdict::cut();
                                                           })));
    running_program run(all.command_through(network));
    wait_until("waiting for the crash", [&] { return crashed.load(); });
    crashing_server().start();
    all.check_claims(run.wait());
  });
}

} // namespace

TEST_SUITE_BEGIN("up");

TEST_CASE("davit up is killed with -9 as it sends its n-th message, which still arrives") {
  kill_davit(direction::up, true);
}
TEST_CASE("davit up is killed with -9 as it sends its n-th message, which gets lost") {
  kill_davit(direction::up, false);
}
TEST_CASE("the connection breaks as davit up sends its n-th message") { break_connection(direction::up, side::client); }
TEST_CASE("the connection breaks as the server sends davit up its n-th message") {
  break_connection(direction::up, side::server);
}
TEST_CASE("the answers to davit up are withheld from the n-th message on, then the network breaks") {
  withhold_answers(direction::up);
}
TEST_CASE("the server crashes as davit up sends its n-th message") { crash_server(direction::up, side::client); }
TEST_CASE("the server crashes as it sends davit up its n-th message") { crash_server(direction::up, side::server); }

TEST_SUITE_END();
TEST_SUITE_BEGIN("down");

TEST_CASE("davit down is killed with -9 as it sends its n-th message, which still arrives") {
  kill_davit(direction::down, true);
}
TEST_CASE("davit down is killed with -9 as it sends its n-th message, which gets lost") {
  kill_davit(direction::down, false);
}
TEST_CASE("the connection breaks as davit down sends its n-th message") {
  break_connection(direction::down, side::client);
}
TEST_CASE("the connection breaks as the server sends davit down its n-th message") {
  break_connection(direction::down, side::server);
}
TEST_CASE("the answers to davit down are withheld from the n-th message on, then the network breaks") {
  withhold_answers(direction::down);
}
TEST_CASE("the server crashes as davit down sends its n-th message") { crash_server(direction::down, side::client); }
TEST_CASE("the server crashes as it sends davit down its n-th message") { crash_server(direction::down, side::server); }

TEST_SUITE_END();
