#include "decimal.hpp"

#include <doctest/doctest.h>

using integrity_check::decimal;

namespace {
int compare(const char *a, const char *b) {
  const auto x = decimal::parse(a);
  const auto y = decimal::parse(b);
  REQUIRE(x);
  REQUIRE(y);
  CHECK(x->compare(*y) == -y->compare(*x));
  return x->compare(*y);
}
} // namespace

TEST_CASE("the same number is equal, however it is written") {
  CHECK(compare("0", "0.00") == 0);
  CHECK(compare("-0", "0") == 0);
  CHECK(compare("007", "7.") == 0);
  CHECK(compare("1e+20", "100000000000000000000") == 0);
  CHECK(compare("1.5E-3", ".0015") == 0);
  CHECK(compare("-120", "-1.2e2") == 0);
}

TEST_CASE("numbers are ordered exactly, at any size") {
  CHECK(compare("2", "10") == -1);
  CHECK(compare("-2", "-10") == 1);
  CHECK(compare("-1", "0") == -1);
  CHECK(compare("0", "0.001") == -1);
  CHECK(compare("0.01", "0.1") == -1);
  CHECK(compare("9007199254740993", "9007199254740992") == 1);
  CHECK(compare("12345678901234567890.01", "12345678901234567890.02") == -1);
  CHECK(compare("1.23", "1.2") == 1);
}

TEST_CASE("what is no number is none") {
  for (const char *text : {"", "-", ".", "NaN", "Infinity", "-Infinity", "1,000", "1 ", " 1", "+1", "1e", "1e+", "0x10",
                           "1e99999999999", "--1", "t"}) {
    CAPTURE(text);
    CHECK_FALSE(decimal::parse(text));
  }
}
