#include "expectation.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace integrity_check;

namespace {
observation one(const char *field) { return {1, field}; }
const observation null{1, std::nullopt};
const observation none{0, std::nullopt};
std::optional<decimal> number(const char *text) { return decimal::parse(text); }
} // namespace

TEST_CASE("a value must be the one row's") {
  const expectation zero = scalar::from_json("0");
  CHECK_FALSE(complaint(zero, one("0")));
  CHECK(complaint(zero, one("3")) == "expected 0, found 3");
  CHECK(complaint(zero, null) == "expected 0, found NULL");
  CHECK(complaint(zero, none) == "expected 0, found no row");
  CHECK(complaint(zero, {2, "0"}) == "expected 0, found 2 rows");
  CHECK(complaint(scalar::from_json(R"("on")"), one("off")) == "expected \"on\", found off");
}

TEST_CASE("limits belong to the range") {
  const expectation both = range{number("1"), number("2.5")};
  CHECK_FALSE(complaint(both, one("1")));
  CHECK_FALSE(complaint(both, one("2.50")));
  CHECK(complaint(both, one("0.99")) == "expected 1 to 2.5, found 0.99");
  CHECK(complaint(both, one("2.51")) == "expected 1 to 2.5, found 2.51");
  CHECK(complaint(both, one("NaN")) == "expected 1 to 2.5, found NaN");
  CHECK(complaint(range{number("1"), {}}, one("0")) == "expected at least 1, found 0");
  CHECK(complaint(range{{}, number("1")}, one("2")) == "expected at most 1, found 2");
  CHECK(complaint(range{{}, number("1")}, null) == "expected at most 1, found NULL");
}

TEST_CASE("no row, or some") {
  CHECK_FALSE(complaint(emptiness{true}, none));
  CHECK(complaint(emptiness{true}, {1, "x"}) == "expected no row, found 1 row");
  CHECK(complaint(emptiness{true}, {12, "x"}) == "expected no row, found 12 rows");
  CHECK_FALSE(complaint(emptiness{false}, null));
  CHECK(complaint(emptiness{false}, none) == "expected at least one row, found none");
}
