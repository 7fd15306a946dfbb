#include "plugin/secrets.hpp"

#include <doctest/doctest.h>

using davit::plugin::secrets;

TEST_CASE("every occurrence of every secret is taken out, the longest first") {
  secrets s;
  s.add({"hunter2"});
  s.add({"hunter2-and-more", "tok\nen"});
  CHECK(s.scrub("hunter2, hunter2-and-more, xhunter2x, tok\nen") == "***, ***, x***x, ***");
  CHECK(s.scrub("hunter2hunter2") == "******");
  CHECK(s.scrub("nothing here").find('*') == std::string::npos);
  CHECK(s.scrub("").empty());
}

TEST_CASE("what is too short to be a secret is left alone") {
  secrets s;
  s.add({"", "1", "on", "abc", "abcd"});
  CHECK(s.scrub("1 on abc") == "1 on abc");
  CHECK(s.scrub("xabcdx") == "x***x");
}

TEST_CASE("a secret of asterisks does not go on for ever") {
  secrets s;
  s.add({"****"});
  CHECK(s.scrub("****").size() < 8);
}
