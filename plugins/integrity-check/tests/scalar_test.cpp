#include "scalar.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using integrity_check::scalar;

TEST_CASE("numbers are compared as numbers, text as text") {
  CHECK(scalar::from_json("0").equals("0"));
  CHECK(scalar::from_json("0").equals("0.00"));
  CHECK_FALSE(scalar::from_json("0").equals("3"));
  CHECK_FALSE(scalar::from_json("0").equals(""));
  CHECK(scalar::from_json("0.5").equals("0.50"));
  CHECK(scalar::from_json("9223372036854775807").equals("9223372036854775807"));
  CHECK_FALSE(scalar::from_json("9223372036854775807").equals("9223372036854775806"));
  CHECK(scalar::from_json(R"("0")").equals("0"));
  CHECK_FALSE(scalar::from_json(R"("0")").equals("0.0"));
}

TEST_CASE("booleans are those of the server's text format") {
  CHECK(scalar::from_json("true").equals("t"));
  CHECK(scalar::from_json("false").equals("f"));
  CHECK_FALSE(scalar::from_json("true").equals("f"));
  CHECK_FALSE(scalar::from_json("true").equals("true"));
}

TEST_CASE("escapes of JSON strings are undone") {
  CHECK(scalar::from_json(R"("")").equals(""));
  CHECK(scalar::from_json(R"("a\"b\\c\/d")").equals("a\"b\\c/d"));
  CHECK(scalar::from_json(R"("\b\f\n\r\t")").equals("\b\f\n\r\t"));
  CHECK(scalar::from_json(R"("\u0041\u00e9\u20ac\ud83d\ude00")").equals("Aé€😀"));
  CHECK(scalar::from_json(R"("é€😀")").equals("é€😀"));
}

TEST_CASE("what is no scalar is refused") {
  for (const char *json : {"", "null", "[1]", "{}", "\"", "\"a", "\"a\"b", R"("\x")", R"("\u12")", R"("\u12g4")",
                           R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", "\"\\", "\"\\\""}) {
    CAPTURE(json);
    CHECK_THROWS_AS(scalar::from_json(json), std::invalid_argument);
  }
}
