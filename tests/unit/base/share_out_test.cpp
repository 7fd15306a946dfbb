#include "base/share_out.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace davit;

TEST_CASE("shared out work is done, each piece once") {
  for (const std::size_t count : {0U, 1U, 63U, 64U, 65U, 10'000U}) {
    std::vector<std::atomic<int>> done(count);
    share_out(count, [&](std::size_t i) { ++done[i]; });
    for (const auto &times : done) REQUIRE(times == 1);
  }
}

TEST_CASE("of several failures of shared out work the first is thrown, by place and not by time") {
  for (int again = 0; again < 20; ++again)
    CHECK_THROWS_WITH(share_out(2000,
                                [](std::size_t i) {
                                  if (i == 130 || i == 190 || i == 200 || i > 300)
                                    throw std::runtime_error(std::to_string(i));
                                }),
                      "130");
}
