#include "rule.hpp"

#include <doctest/doctest.h>

using namespace integrity_check;

TEST_CASE("each rule allows what its name says") {
  CHECK(is_kept(rule::not_decreased, "10", "10"));
  CHECK(is_kept(rule::not_decreased, "9", "10"));
  CHECK_FALSE(is_kept(rule::not_decreased, "10", "9"));
  CHECK(is_kept(rule::not_increased, "10", "9"));
  CHECK_FALSE(is_kept(rule::not_increased, "9", "10"));
  CHECK(is_kept(rule::equal, "10", "10.0"));
  CHECK_FALSE(is_kept(rule::equal, "10", "11"));
}

TEST_CASE("text can only be the same or not") {
  CHECK(can_judge(rule::equal, "5d41402abc"));
  CHECK(is_kept(rule::equal, "5d41402abc", "5d41402abc"));
  CHECK_FALSE(is_kept(rule::equal, "5d41402abc", "7d793037a0"));
  CHECK_FALSE(is_kept(rule::equal, "5d41402abc", "5"));
  CHECK_FALSE(can_judge(rule::not_decreased, "5d41402abc"));
  CHECK(can_judge(rule::not_increased, "1.5"));
}
