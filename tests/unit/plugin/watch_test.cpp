// The slot through which the supervising thread sees and stops a handler.
#include "plugin/watch.hpp"

#include <doctest/doctest.h>

#include <davit/plugin.h>

#include <chrono>

using davit::plugin::watch;
using namespace std::chrono_literals;

namespace {

watch::current_call call(watch::clock::time_point deadline, bool after_the_end = false) {
  return {"plugin", "handler", "before_ddl", watch::clock::now(), deadline, after_the_end};
}

const auto none = watch::clock::time_point::max();
watch::clock::time_point past() { return watch::clock::now() - 1s; }

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
  auto number = w.arm(call(watch::clock::now() + 1h)).number;
  w.tick(c.cancel);
  CHECK(c.cancelled == 0);
  CHECK(w.running());
  CHECK_FALSE(w.give_up(0ms));
  CHECK_FALSE(w.disarm(number));
  CHECK_FALSE(w.running());
}

TEST_CASE("a handler past its deadline is told and cancelled, and how late it is can be asked") {
  watch w;
  counter c;
  auto number = w.arm(call(past())).number;
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK_FALSE(w.give_up(1h));
  CHECK(w.disarm(number));
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  CHECK_FALSE(w.give_up(0ms));
}

TEST_CASE("a deadline that passed between two looks still counts") {
  watch w;
  auto number = w.arm(call(past())).number;
  CHECK(w.disarm(number));
  number = w.arm(call(none)).number;
  CHECK_FALSE(w.disarm(number));
}

TEST_CASE("an interrupt reaches the handler that runs, and no later one") {
  watch w;
  counter c;
  auto number = w.arm(call(none)).number;
  w.interrupt(c.cancel);
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK_FALSE(w.disarm(number)); // an interrupt is no deadline
  number = w.arm(call(none)).number;
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
}

TEST_CASE("a handler that began after the signal is told too, but not one that sees to the end") {
  watch w;
  counter c;
  auto number = w.arm(call(none)).number;
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.disarm(number);
  number = w.arm(call(none, true)).number;
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  w.disarm(number);
}

TEST_CASE("the first reason stays") {
  watch w;
  counter c;
  auto number = w.arm(call(past())).number;
  w.tick(c.cancel);
  w.interrupt_again(c.cancel);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK(w.disarm(number));
}

TEST_CASE("a handler that is past its deadline by more than the grace is given up once, and then none runs") {
  watch w;
  counter c;
  w.arm(call(past()));
  CHECK_FALSE(w.give_up(0ms)); // it was not told yet
  w.tick(c.cancel);
  const auto late = w.give_up(500ms);
  REQUIRE(late);
  CHECK(late->handler == "handler");
  CHECK(late->told == late->deadline);
  CHECK_FALSE(w.running());
  CHECK_FALSE(w.give_up(0ms));
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
}

TEST_CASE("a handler that was interrupted is given up after the grace, one that sees to the end only if it ran then") {
  watch w;
  counter c;
  w.arm(call(none));
  w.interrupt(c.cancel);
  CHECK_FALSE(w.give_up(1h));
  CHECK(w.give_up(0ms));
  w.arm(call(none, true));
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
  w.disarm(w.arm(call(none)).number);
  CHECK(awaited == 0);
  auto number = w.arm(call(past())).number;
  w.tick(c.cancel);
  w.disarm(number);
  CHECK(awaited == 1);
  number = w.arm(call(none)).number;
  w.interrupt(c.cancel);
  w.disarm(number);
  CHECK(awaited == 2);
  number = w.arm(call(none)).number;
  w.interrupt_again(c.cancel);
  w.disarm(number);
  CHECK(awaited == 3);
  w.disarm(w.arm(call(none)).number);
  CHECK(awaited == 3);
}

TEST_CASE("in a hurry every handler has a deadline, and none a later one") {
  watch w;
  w.hurry(50ms);
  const auto open = call(none, true);
  CHECK(w.arm(open).deadline == open.started + 50ms);
  const auto near = call(watch::clock::now() + 1ms);
  CHECK(w.arm(near).deadline == near.deadline);
}
