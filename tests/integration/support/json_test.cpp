#include "support/json.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using davit::test::json;

TEST_CASE("a document is read by pointer, each value as its own type") {
  const json document(R"({"a": [{"b": "text"}, 7, 1.5, true, null]})");
  CHECK(document.text("/a/0/b") == "text");
  CHECK(document.integer("/a/1") == 7);
  CHECK(document.number("/a/1") == 7.0);
  CHECK(document.number("/a/2") == 1.5);
  CHECK(document.boolean("/a/3"));
  CHECK(document.is_null("/a/4"));
  CHECK(document.size("/a") == 5);
  CHECK(document.size() == 1);
  CHECK(document.at("/a/0").text("/b") == "text");
  CHECK(document.dump("/a/0") == R"({"b":"text"})");
  CHECK(document.has("/a/4"));
  CHECK_FALSE(document.has("/a/5"));
  CHECK_FALSE(document.has("/b"));
}

TEST_CASE("a wrong path, a wrong type and broken text are failures") {
  const json document(R"({"a": 1})");
  CHECK_THROWS_AS(document.text("/b"), std::runtime_error);
  CHECK_THROWS_AS(document.text("/a"), std::runtime_error);
  CHECK_THROWS_AS(document.boolean("/a"), std::runtime_error);
  CHECK_THROWS_AS(document.size("/a"), std::runtime_error);
  CHECK_THROWS_AS(json(""), std::runtime_error);
  CHECK_THROWS_AS(json("{} {}"), std::runtime_error);
}
