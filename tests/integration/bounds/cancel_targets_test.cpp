// What is cancelled, and what is left alone, when requests to cancel take their time.
#include "lifecycle/cancel_targets.hpp"
#include "support/proxy.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

using namespace davit;
using namespace davit::test;
using namespace std::chrono_literals;

namespace {

// Keeps requests to cancel on their way until they are let through.
class held_cancellations {
public:
  message_hook hook() {
    return [this](const proxied &, const message &m) {
      constexpr std::string_view cancel_code("\x04\xd2\x16\x2e", 4);
      if (m.type == 0 && m.body.starts_with(cancel_code)) {
        std::unique_lock lock(mutex_);
        seen_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return let_go_; });
      }
      return verdict::pass();
    };
  }
  bool wait_for_one() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [this] { return seen_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool seen_ = false, let_go_ = false;
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
