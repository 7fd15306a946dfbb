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
  w.interrupt();
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 0);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  CHECK_FALSE(w.running());
  CHECK_FALSE(w.overdue(0ms));
  CHECK_FALSE(w.disarm());
}

TEST_CASE("a handler in time is left alone") {
  watch w;
  counter c;
  w.arm(call(watch::clock::now() + 1h));
  w.tick(c.cancel);
  CHECK(c.cancelled == 0);
  REQUIRE(w.running());
  CHECK(w.running()->handler == "handler");
  CHECK_FALSE(w.overdue(0ms));
  CHECK_FALSE(w.disarm());
  CHECK_FALSE(w.running());
}

TEST_CASE("a handler past its deadline is told and cancelled, and how late it is can be asked") {
  watch w;
  counter c;
  w.arm(call(past()));
  w.tick(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK(w.overdue(500ms));
  CHECK_FALSE(w.overdue(1h));
  CHECK(w.disarm());
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  CHECK_FALSE(w.overdue(0ms));
}

TEST_CASE("a deadline that passed between two looks still counts") {
  watch w;
  w.arm(call(past()));
  CHECK(w.disarm());
  w.arm(call(none));
  CHECK_FALSE(w.disarm());
}

TEST_CASE("an interrupt reaches the handler that runs, and no later one") {
  watch w;
  counter c;
  w.arm(call(none));
  w.interrupt();
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.tick(c.cancel);
  CHECK(c.cancelled == 0);
  CHECK_FALSE(w.disarm()); // an interrupt is no deadline
  w.arm(call(none));
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
}

TEST_CASE("a handler that began after the signal is told too, but not one that sees to the end") {
  watch w;
  counter c;
  w.arm(call(none));
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_INTERRUPT);
  w.disarm();
  w.arm(call(none, true));
  w.interrupt_again(c.cancel);
  CHECK(c.cancelled == 1);
  CHECK(w.reason() == DAVIT_CANCEL_NONE);
  w.disarm();
}

TEST_CASE("the first reason stays") {
  watch w;
  counter c;
  w.arm(call(past()));
  w.tick(c.cancel);
  w.interrupt_again(c.cancel);
  CHECK(w.reason() == DAVIT_CANCEL_DEADLINE);
  CHECK(w.disarm());
}
