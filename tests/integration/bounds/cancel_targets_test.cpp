// What is cancelled, and what is left alone, when requests to cancel take their time.
#include "held_cancellations.hpp"

#include "lifecycle/supervision/cancel_targets.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <pthread.h>

using namespace davit;
using namespace davit::test;
using namespace std::chrono_literals;

namespace {

// None of this process has room for its stack while this lives.
class no_more_threads {
public:
  no_more_threads() {
    pthread_attr_t huge;
    REQUIRE(::pthread_getattr_default_np(&before_) == 0);
    REQUIRE(::pthread_attr_init(&huge) == 0);
    REQUIRE(::pthread_attr_setstacksize(&huge, std::size_t{1} << 50) == 0);
    REQUIRE(::pthread_setattr_default_np(&huge) == 0);
  }
  ~no_more_threads() { ::pthread_setattr_default_np(&before_); }
  no_more_threads(const no_more_threads &) = delete;
  no_more_threads &operator=(const no_more_threads &) = delete;

private:
  pthread_attr_t before_{};
};

} // namespace

TEST_CASE("the end of the run begins when a request to cancel that was under way has arrived") {
  held_cancellations held;
  const proxy network(server().folder(), {.from_client = held.hook()});
  postgres::connection session({network.url(), "davit run"});
  lifecycle::cancel_targets targets;
  targets.add(session.cancel(), true);
  auto sent = std::async(std::launch::async, [&] { return targets.cancel_work(); });
  REQUIRE(held.wait_for_one());

  std::atomic<bool> arrived = false;
  auto over = std::async(std::launch::async, [&] {
    targets.work_is_over();
    return arrived.load();
  });
  CHECK(over.wait_for(50ms) == std::future_status::timeout);
  arrived = true;
  held.let_go();
  CHECK(over.get());
  sent.get();
  CHECK(session.exec("SELECT pg_sleep(0.01), 7").text(0, 1) == "7");
}

TEST_CASE("a server that does not take a request to cancel does not keep the run from ending") {
  held_cancellations held;
  const proxy network(server().folder(), {.from_client = held.hook()});
  const postgres::connection session({network.url(), "davit run"});
  lifecycle::cancel_targets targets;
  targets.add(session.cancel(), true);
  CHECK(targets.cancel_work() == "the server does not answer");
  targets.work_is_over();
  held.let_go();
}

TEST_CASE("where no thread can be had, a request to cancel is made all the same, and waits for nobody either") {
  held_cancellations held;
  const proxy network(server().folder(), {.from_client = held.hook()});
  postgres::connection session({network.url(), "davit run"});
  lifecycle::cancel_targets targets;
  targets.add(session.cancel(), true);
  auto answers = std::async(std::launch::async, [&] { // the last thread to be had
    const no_more_threads from_here_on;
    std::vector<std::string> all{targets.cancel_work()};
    all.push_back(targets.cancel_work());
    return all;
  });
  const bool in_time = answers.wait_for(20s) == std::future_status::ready;
  CHECK(in_time);
  held.let_go();
  const auto all = answers.get();
  CHECK(all[0] == "the server does not answer");
  CHECK(all[1].starts_with("the server does not answer the request before"));
  targets.settle();
  const no_more_threads from_here_on;
  CHECK(targets.cancel_work() == "");
}

TEST_CASE("once the end has begun, only what handlers run is cancelled") {
  const proxy network(server().folder());
  const postgres::connection ledger({network.url(), "davit lock"});
  const postgres::connection handlers({network.url(), "davit run"});
  lifecycle::cancel_targets targets;
  targets.add(ledger.cancel(), false);
  targets.add(handlers.cancel(), true);
  const auto sessions = network.accepted();
  CHECK(targets.cancel_work() == "");
  CHECK(network.accepted() == sessions + 2);
  targets.work_is_over();
  CHECK(targets.cancel_work() == "");
  CHECK(network.accepted() == sessions + 2);
  CHECK(targets.cancel_handler() == "");
  CHECK(network.accepted() == sessions + 3);
  CHECK(targets.cancel_all() == "");
  CHECK(network.accepted() == sessions + 5);
}
