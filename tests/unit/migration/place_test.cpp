#include "parse_fixture.hpp"

#include "base/error.hpp"

using davit::migration::place_in;

static std::string place_of(const davit::migration::script &s, std::size_t statement, std::uint32_t position) {
  return to_string(place_in(s, s.statements.at(statement), position)).substr(15);
}

TEST_CASE("a position counts characters from the start of its statement") {
  const auto s = parse("select 'größe',\n  nope;\n select 2;");
  CHECK(place_of(s, 0, 1) == "1:1");
  CHECK(place_of(s, 0, 8) == "1:8");
  CHECK(place_of(s, 0, 15) == "1:15"); // the comma, behind two umlauts
  CHECK(place_of(s, 0, 17) == "2:1");
  CHECK(place_of(s, 0, 19) == "2:3");
  CHECK(place_of(s, 1, 1) == "3:2");
  CHECK(place_of(s, 1, 8) == "3:9");
}

TEST_CASE("position 0 is the statement, one past its end stays at the end") {
  const auto s = parse("select 1;\nselect");
  CHECK(place_of(s, 1, 0) == "2:1");
  CHECK(place_of(s, 1, 7) == "2:7");
  CHECK(place_of(s, 1, 1000) == "2:7");
}

TEST_CASE("carriage returns and characters beyond the basic plane count as one") {
  const auto s = parse("select '😀',\r\n nope;");
  CHECK(place_of(s, 0, 11) == "1:11");
  CHECK(place_of(s, 0, 15) == "2:2");
}

TEST_CASE("a place follows a statement that starts on the line of another, and after COPY data") {
  const auto s = parse("copy t from stdin;\na\nb\n\\.\nselect 1; select\n 2;");
  CHECK(place_of(s, 2, 1) == "5:11");
  CHECK(place_of(s, 2, 9) == "6:2");
}
