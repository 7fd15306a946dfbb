#include "lifecycle/backoff.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace davit::lifecycle;
using namespace std::chrono_literals;

TEST_CASE("the pause between attempts grows, and is bounded") {
  CHECK(pause_after(1).least >= 20ms); // whoever holds the lock is to get on meanwhile
  CHECK(pause_after(1).most <= 200ms);
  for (std::uint32_t n = 1; n < 6; ++n) {
    CAPTURE(n);
    CHECK(pause_after(n + 1).least > pause_after(n).least);
    CHECK(pause_after(n + 1).most > pause_after(n).most);
  }
  for (const std::uint32_t many : {7U, 8U, 40U, 1'000'000U, ~0U}) {
    CAPTURE(many);
    CHECK(pause_after(many).least >= 1s);
    CHECK(pause_after(many).most <= 5s);
  }
}

TEST_CASE("the pause is another one each time, over the whole of its range and never outside of it") {
  for (const std::uint32_t attempts : {1U, 3U, 100U}) {
    CAPTURE(attempts);
    const auto range = pause_after(attempts);
    const auto middle = (range.least + range.most) / 2;
    std::set<std::chrono::milliseconds> seen;
    for (int i = 0; i < 200; ++i) seen.insert(jittered_pause(attempts));
    CHECK(*seen.begin() >= range.least);
    CHECK(*seen.rbegin() <= range.most);
    CHECK(*seen.begin() < middle);
    CHECK(*seen.rbegin() > middle);
    CHECK(seen.size() > 20);
  }
}
