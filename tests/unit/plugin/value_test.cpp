// Values as they cross the boundary: borrowed on the way out, checked and copied on the way in.
#include "plugin/value.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace davit::plugin;

namespace {

davit_value of(std::uint32_t type) {
  davit_value v{};
  v.type = type;
  return v;
}

davit_value text(std::uint32_t type, std::string_view s) {
  davit_value v = of(type);
  v.as.str = to_abi(s);
  return v;
}

davit_value real(double d) {
  davit_value v = of(DAVIT_TYPE_F64);
  v.as.f64 = d;
  return v;
}

} // namespace

TEST_CASE("every type survives the way across and back") {
  const value values[] = {{},
                          true,
                          false,
                          std::numeric_limits<std::int64_t>::min(),
                          std::numeric_limits<std::int64_t>::max(),
                          0.1,
                          -std::numeric_limits<double>::max(),
                          std::string(),
                          std::string("größe \"quoted\""),
                          json_text{R"({"a":[1,2]})"}};
  for (const auto &v : values) {
    const auto back = copy(borrow(v));
    REQUIRE(back);
    CHECK(*back == v);
  }
}

TEST_CASE("what a plugin may not pass is refused") {
  using limits = std::numeric_limits<double>;
  static const std::string too_long(longest_text + 1, 'x');
  davit_value neither = of(DAVIT_TYPE_BOOL);
  neither.as.boolean = 2;
  davit_value nowhere = of(DAVIT_TYPE_STR);
  nowhere.as.str = {nullptr, 3};
  for (const auto &bad :
       {of(6), of(0xffffffff), neither, real(limits::infinity()), real(-limits::infinity()), real(limits::quiet_NaN()),
        nowhere, text(DAVIT_TYPE_STR, "\xff"), text(DAVIT_TYPE_STR, std::string_view("a\0b", 3)),
        text(DAVIT_TYPE_STR, too_long), text(DAVIT_TYPE_JSON, ""), text(DAVIT_TYPE_JSON, "{"),
        text(DAVIT_TYPE_JSON, "NaN"), text(DAVIT_TYPE_JSON, "1 2"), text(DAVIT_TYPE_JSON, R"("\u0000")"),
        text(DAVIT_TYPE_JSON, "\"\xff\"")}) {
    CAPTURE(bad.type);
    CHECK_FALSE(copy(bad));
  }
  CHECK(copy(text(DAVIT_TYPE_STR, std::string_view(too_long).substr(1))));
  davit_value empty = of(DAVIT_TYPE_STR);
  empty.as.str = {nullptr, 0};
  CHECK(copy(empty) == value(std::string()));
}

TEST_CASE("parameters are what PostgreSQL's text format wants, exactly") {
  CHECK_FALSE(to_parameter({}));
  CHECK(to_parameter(true) == "true");
  CHECK(to_parameter(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(to_parameter(0.1) == "0.1");
  CHECK(std::stod(*to_parameter(1.0 / 3)) == 1.0 / 3);
  CHECK(to_parameter(std::string("it's")) == "it's");
  CHECK(to_parameter(json_text{"[1]"}) == "[1]");
}

TEST_CASE("JSON of a value") {
  CHECK(to_json({}) == "null");
  CHECK(to_json(false) == "false");
  CHECK(to_json(std::int64_t{-1}) == "-1");
  CHECK(to_json(2.0) == "2.0");
  CHECK(to_json(std::string("a\"\n\x01é")) == "\"a\\\"\\n\\u0001é\"");
  CHECK(to_json(json_text{"[1]"}) == "[1]");
}
