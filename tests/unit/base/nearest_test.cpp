#include "base/nearest.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

namespace {

constexpr std::array<std::string_view, 4> phases = {"before_ddl", "after_ddl", "pre_execute", "post_execute"};

} // namespace

TEST_CASE("a slip leads to the name that was meant") {
  const struct {
    std::string_view typed, meant;
  } rows[] = {{"before_ddl", "before_ddl"},   // itself
              {"befor_ddl", "before_ddl"},    // a letter left out
              {"before__ddl", "before_ddl"},  // one too many
              {"after_dll", "after_ddl"},     // one mistaken
              {"pre_exceute", "pre_execute"}, // two swapped
              {"post-execute", "post_execute"}};
  for (const auto &row : rows) {
    CAPTURE(row.typed);
    CHECK(davit::nearest(row.typed, phases) == row.meant);
  }
}

TEST_CASE("of two names that are equally near the first one is given") {
  constexpr std::array<std::string_view, 2> names = {"cat", "car"};
  CHECK(davit::nearest("cap", names) == "cat");
}

TEST_CASE("what is too far off leads to nothing") {
  CHECK(davit::nearest("cleanup", phases).empty());
  CHECK(davit::nearest("", phases).empty());
  CHECK(davit::nearest("x", {}).empty());
}

TEST_CASE("a short word may be off by one letter, not by two") {
  constexpr std::array<std::string_view, 1> names = {"up"};
  CHECK(davit::nearest("ub", names) == "up");
  CHECK(davit::nearest("xy", names).empty());
}

TEST_CASE("the hint names the nearest, or all that is valid, or nothing") {
  CHECK(davit::did_you_mean("befor_ddl", phases) == "did you mean 'before_ddl'?");
  CHECK(davit::did_you_mean("cleanup", phases) == "valid are: before_ddl, after_ddl, pre_execute, post_execute");
  CHECK(davit::did_you_mean("cleanup", {}).empty());
}
