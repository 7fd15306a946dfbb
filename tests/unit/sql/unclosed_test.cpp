#include "sql/split.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::problem;
using davit::sql::split;

static problem problem_of(std::string_view text) {
  const auto found = split(text).first_problem;
  REQUIRE(found);
  return *found;
}

static bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("what is not closed is shown where it begins") {
  const struct {
    std::string text, what, hint;
  } rows[] = {{"select 1; select 'a;\n", "string", "'"},
              {"select 1; select E'a\\';", "string", "'"},
              {"select 1; select B'1;", "string", "'"},
              {"select 1; select \"a;", "quoted name", "\""},
              {"select 1; select /* a /* b */;", "comment", "*/"},
              {"select 1; select $tag$ $$ $tag;", "$tag$", "$tag$"},
              {"select 1; select $$;", "$$", "$$"},
              {"select 1; select ( (1);", "parenthesis", ")"}};
  for (const auto &row : rows) {
    CAPTURE(row.text);
    const auto p = problem_of(row.text);
    CHECK(p.offset == 17);
    CHECK(contains(p.message, row.what));
    CHECK(contains(p.message, "not closed"));
    CHECK(contains(p.hint, row.hint));
  }
}

TEST_CASE("a backslash as the last character of an E string is no way out of it") {
  CHECK(problem_of("select E'a\\").offset == 7);
}

TEST_CASE("where characters may end in a byte that is a backslash, the encoding is said to be the reason, perhaps") {
  const auto hint = [](std::string_view text) { return problem_of(text).hint; };
  CHECK(contains(hint("SET client_encoding = 'SJIS'; SELECT E'\x95\x5c';"), "convert it to UTF-8"));
  CHECK(split("SET client_encoding = 'SJIS'; SELECT '\x95\x5c';").statements.size() == 2);
  CHECK(hint("SELECT E'\xe8\xa1\xa8\\';") == "add the missing '"); // UTF-8, where it is an escape
  CHECK(hint("SELECT E'a\\';") == "add the missing '");
}

TEST_CASE("statements before the mistake are still known") {
  CHECK(split("select 1; select 2; select '").statements.size() == 2);
}

TEST_CASE("a NUL byte is refused: such a file is no text") {
  using namespace std::string_view_literals;
  const auto p = problem_of("select 1;\0"sv);
  CHECK(p.offset == 9);
  CHECK(contains(p.hint, "UTF-8"));
}
