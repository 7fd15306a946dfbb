// The slot through which the supervising thread sees and stops a handler.
#include "plugin/watch.hpp"

#include <doctest/doctest.h>

#include <davit/plugin.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

using davit::plugin::watch;
using namespace std::chrono_literals;

namespace {

watch::current_call call(watch::clock::time_point deadline, bool after_the_end = false) {
  return {"plugin", "handler", "before_ddl", watch::clock::now(), deadline, after_the_end};
}

const auto none = watch::clock::time_point::max();
watch::clock::time_point past() { return watch::clock::now() - 1s; }

void call_and_return(watch &w, watch::current_call c) {
  w.arm(c);
  w.disarm(c, watch::clock::now());
}

struct counter {
  int cancelled = 0;
  std::function<void()> cancel = [this] { ++cancelled; };
};

} // namespace

TEST_CASE("without a handler nothing is cancelled") {
  watch w;
  counter c;
  w.tick(c.cancel);
  w.interrupt(c.cancel);
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 0);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  CHECK_FALSE(w.running());
  CHECK_FALSE(w.give_up(0ms));
}

TEST_CASE("a handler in time is left alone") {
  watch w;
  counter c;
  auto first = call(watch::clock::now() + 1h);
  w.arm(first);
  w.tick(c.cancel);
  CHECK(c.cancelled == 0);
  CHECK(w.running());
  CHECK_FALSE(w.give_up(0ms));
  CHECK_FALSE(w.disarm(first, watch::clock::now()));
  CHECK_FALSE(w.running());
}

TEST_CASE("a handler past its deadline is told and cancelled, and how late it is can be asked") {
  watch w;
  counter c;
  auto first = call(past());
  w.arm(first);
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK_FALSE(w.give_up(1h));
  CHECK(w.disarm(first, watch::clock::now()));
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  CHECK_FALSE(w.give_up(0ms));
}

TEST_CASE("a deadline that passed between two looks still counts") {
  watch w;
  auto first = call(past());
  w.arm(first);
  CHECK(w.disarm(first, watch::clock::now()));
  auto second = call(none);
  w.arm(second);
  CHECK_FALSE(w.disarm(second, watch::clock::now()));
}

TEST_CASE("an interrupt reaches the handler that runs, and no later one") {
  watch w;
  counter c;
  auto first = call(none);
  w.arm(first);
  w.interrupt(c.cancel);
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK_FALSE(w.disarm(first, watch::clock::now())); // an interrupt is no deadline
  auto second = call(none);
  w.arm(second);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
}

TEST_CASE("a handler that began after the signal is told too, but not one that sees to the end") {
  watch w;
  counter c;
  auto first = call(none);
  w.arm(first);
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.disarm(first, watch::clock::now());
  auto second = call(none, true);
  w.arm(second);
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  w.disarm(second, watch::clock::now());
}

TEST_CASE("the first reason stays") {
  watch w;
  counter c;
  auto first = call(past());
  w.arm(first);
  w.tick(c.cancel);
  w.interrupt_again(c.cancel);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK(w.disarm(first, watch::clock::now()));
}

TEST_CASE("a handler that is past its deadline by more than the grace is given up once, and then none runs") {
  watch w;
  counter c;
  auto first = call(past());
  w.arm(first);
  CHECK_FALSE(w.give_up(0ms)); // it was not told yet
  w.tick(c.cancel);
  const auto late = w.give_up(500ms);
  REQUIRE(late);
  CHECK(late->handler == "handler");
  CHECK(late->told_at == late->deadline);
  CHECK_FALSE(w.running());
  CHECK_FALSE(w.give_up(0ms));
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
}

TEST_CASE("a handler that was interrupted is given up after the grace, one that sees to the end only if it ran then") {
  watch w;
  counter c;
  auto first = call(none);
  w.arm(first);
  w.interrupt(c.cancel);
  CHECK_FALSE(w.give_up(1h));
  CHECK(w.give_up(0ms));
  auto second = call(none, true);
  w.arm(second);
  w.interrupt_again(c.cancel);
  CHECK_FALSE(w.give_up(0ms));
  w.interrupt(c.cancel);
  CHECK(w.give_up(0ms));
}

TEST_CASE("a handler returns to the run only when what was sent to stop it has arrived") {
  watch w;
  counter c;
  int awaited = 0;
  w.await_cancellations_with([&awaited] { ++awaited; });
  call_and_return(w, call(none));
  CHECK(awaited == 0);
  auto first = call(past());
  w.arm(first);
  w.tick(c.cancel);
  w.disarm(first, watch::clock::now());
  CHECK(awaited == 1);
  auto second = call(none);
  w.arm(second);
  w.interrupt(c.cancel);
  w.disarm(second, watch::clock::now());
  CHECK(awaited == 2);
  auto third = call(none);
  w.arm(third);
  w.interrupt_again(c.cancel);
  w.disarm(third, watch::clock::now());
  CHECK(awaited == 3);
  call_and_return(w, call(none));
  CHECK(awaited == 3);
}

TEST_CASE("in a hurry every handler has a deadline, and none a later one") {
  watch w;
  w.hurry(50ms);
  auto open = call(none, true);
  w.arm(open);
  CHECK(open.deadline == open.started + 50ms);
  CHECK(open.hurried);
  w.disarm(open, watch::clock::now());
  const auto soon = watch::clock::now() + 1ms;
  auto near = call(soon);
  w.arm(near);
  CHECK(near.deadline == soon);
  CHECK_FALSE(near.hurried);
}

TEST_CASE("a handler that began just when the hurry did has the same deadline, unless it was interrupted") {
  watch w;
  counter c;
  auto first = call(none, true);
  w.arm(first);
  w.hurry(1h);
  w.tick(c.cancel);
  CHECK(first.deadline == first.started + 1h);
  w.disarm(first, watch::clock::now());
  auto second = call(none);
  w.arm(second);
  second.deadline = none; // as if it had not seen the hurry
  w.interrupt(c.cancel);
  w.tick(c.cancel);
  CHECK(second.deadline == none);
}

TEST_CASE("no cancellation outlasts the call that it is meant for") {
  watch w;
  std::atomic<bool> inside{false};
  std::atomic<bool> done{false};
  std::atomic<int> cancelled{0};
  std::atomic<int> astray{0};
  std::thread supervisor([&] {
    while (!done)
      w.tick([&] {
        if (!inside) ++astray;
        std::this_thread::yield();
        if (!inside) ++astray;
        ++cancelled;
      });
  });
  for (int calls = 0; calls < 2000 || cancelled < 100; ++calls) {
    auto late = call(past());
    inside = true;
    w.arm(late);
    if (calls % 2) std::this_thread::yield();
    const bool struck = w.disarm(late, watch::clock::now());
    inside = false;
    REQUIRE(struck);
  }
  done = true;
  supervisor.join();
  CHECK(astray == 0);
}
