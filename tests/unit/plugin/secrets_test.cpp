#include "plugin/secrets.hpp"

#include "plugin/json.hpp"

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

TEST_CASE("the beginning of a secret that the server has cut is taken out, too") {
  secrets s;
  s.add({"eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "short...", "0123456789abcdef...x"});
  CHECK(s.scrub("(null, eyJhbGciOiJIUzI1NiJ9.eyJ...) (eyJhbGciOiJIUzI1..., 1)") == "(null, ***...) (***..., 1)");
  CHECK(s.scrub("eyJhbGciOiJIUzI...") == "eyJhbGciOiJIUzI..."); // that little may be anything
  CHECK(s.scrub("eyJhbGciOiJIUzI1NiJ9 is not cut") == "eyJhbGciOiJIUzI1NiJ9 is not cut");
  CHECK(s.scrub("0123456789abcdef...") == "***...");
}

TEST_CASE("a secret is known again where lines and blanks of it were squeezed into one line") {
  secrets s;
  s.add({"-----BEGIN KEY-----\nMIIE  v\n"});
  CHECK(s.scrub("query: select '-----BEGIN KEY----- MIIE v '") == "query: select '***'");
  CHECK(s.scrub("-----BEGIN KEY-----\nMIIE  v\n") == "***");
  CHECK(s.scrub("select '-----BEGIN KEY----- MII...") == "select '***...");
}

TEST_CASE("a secret of asterisks does not go on for ever") {
  secrets s;
  s.add({"****"});
  CHECK(s.scrub("****").size() < 8);
}

TEST_CASE("secrets are taken out of JSON wherever they stand in it, and JSON stays JSON") {
  secrets s;
  s.add({"hunter2", "471147"});
  CHECK(scrub_json(R"({"hunter2":["x hunter2","\u0068unter2",1,null,true,2.50]})", s) ==
        R"({"***":["x ***","***",1,null,true,2.5]})");
  CHECK(scrub_json(R"({"pin":471147,"wide":-14711470})", s) == R"({"pin":"***","wide":"***"})");
  CHECK(scrub_json(R"({ "kept" : 1 })", secrets()) == R"({ "kept" : 1 })");
}

TEST_CASE("what the JSON parser lets pass, but the server does not, is no JSON") {
  using namespace std::string_view_literals;
  CHECK(davit::plugin::is_json("[1]"));
  CHECK_FALSE(davit::plugin::is_json("1\0e"sv));
  CHECK_FALSE(davit::plugin::is_json("\xEF\xBB\xBF[1]"));
}

TEST_CASE("a secret is known as a statement has it between quotes") {
  davit::plugin::secrets hidden;
  hidden.add({"hunter'2\\SECRET"});
  CHECK(hidden.scrub("query: select 'hunter''2\\SECRET' from one") == "query: select '***' from one");
  CHECK(hidden.scrub("query: select E'hunter''2\\\\SECRET' from one") == "query: select E'***' from one");
  CHECK(hidden.scrub("query: select E'hunter'2\\\\SECRET' from one") == "query: select E'***' from one");
}
