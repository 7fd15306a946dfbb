#include "migration/excerpt.hpp"

#include "parse_fixture.hpp"

using davit::migration::excerpt;
using davit::migration::excerpt_of_line;

TEST_CASE("the caret stands below the column, in characters") {
  CHECK(excerpt_of_line("select nope;", 8) == "select nope;\n       ^");
  CHECK(excerpt_of_line("größe nope", 7) == "größe nope\n      ^");
  CHECK(excerpt_of_line("", 1) == "\n^");
  CHECK(excerpt_of_line("ab", 3) == "ab\n  ^");
  CHECK(excerpt_of_line("ab", 0) == "ab");
}

TEST_CASE("tabs are kept in both lines, so that they align") {
  CHECK(excerpt_of_line("\tselect\t1", 9) == "\tselect\t1\n\t      \t^");
}

TEST_CASE("of a long line the part around the column is shown") {
  const std::string line = std::string(1000, 'a') + "X" + std::string(1000, 'b');
  const auto shown = excerpt_of_line(line, 1001);
  CHECK(shown == "…" + std::string(60, 'a') + "X" + std::string(59, 'b') + "…\n" + std::string(61, ' ') + "^");
  CHECK(excerpt_of_line(line, 5) == std::string(120, 'a') + "…\n    ^");
  CHECK(excerpt_of_line(line, 2002) == "…" + std::string(60, 'b') + "\n" + std::string(61, ' ') + "^");
}

TEST_CASE("a line of 120 characters is not long, however many bytes it has") {
  std::string line;
  for (int i = 0; i < 120; ++i) line += "ä";
  CHECK(excerpt_of_line(line, 0) == line);
  CHECK(excerpt_of_line(line + "ä", 0) == line + "…");
}

TEST_CASE("what a terminal or JSON would choke on is replaced") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(excerpt_of_line("a\x1b[31mb\x7f", 0) == "a" + bad + "[31mb" + bad);
  CHECK(excerpt_of_line("a\xE4z", 0) == "a" + bad + "z");             // Latin-1
  CHECK(excerpt_of_line("a\xC0\x80z", 0) == "a" + bad + "z");         // overlong
  CHECK(excerpt_of_line("a\xED\xA0\x80z", 0) == "a" + bad + "z");     // a surrogate
  CHECK(excerpt_of_line("a\xF4\x90\x80\x80z", 0) == "a" + bad + "z"); // beyond Unicode
  CHECK(excerpt_of_line("a\xC2\x85z", 0) == "a" + bad + "z");         // a control character
  CHECK(excerpt_of_line("a\x80\x80\x80\x80z", 0) == bad + "z");       // stray continuation bytes go with the a
  CHECK(excerpt_of_line("€😀", 0) == "€😀");
}

TEST_CASE("an excerpt is the line of a place in the file") {
  const auto s = parse("\xEF\xBB\xBFselect 1;\r\n\tselect 2;\r\n\nselect 3");
  CHECK(excerpt(s, {"f", 1, 1}) == "select 1;\n^");
  CHECK(excerpt(s, {"f", 2, 2}) == "\tselect 2;\n\t^");
  CHECK(excerpt(s, {"f", 3, 1}) == "\n^");
  CHECK(excerpt(s, {"f", 4, 8}) == "select 3\n       ^");
  CHECK(excerpt(s, {"f", 4, 0}) == "select 3");
}

TEST_CASE("there is no excerpt of a line that does not exist") {
  const auto s = parse("select 1;");
  CHECK(excerpt(s, {"f", 2, 1}).empty());
  CHECK(excerpt(s, {"f", 0, 0}).empty());
}
