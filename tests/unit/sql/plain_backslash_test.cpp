#include "sql/plain_backslash.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace {

// Whether one of the statements, shown in this order, has a backslash that may be an escape.
bool found(std::initializer_list<std::string_view> statements) {
  davit::sql::plain_backslashes backslashes;
  bool any = false;
  for (const auto statement : statements) any = backslashes.look(statement) || any;
  return any;
}

} // namespace

TEST_CASE("a backslash in a plain string is found, and where the string begins") {
  CHECK(davit::sql::plain_backslashes().look("select 'a\\b'") == 7);
  CHECK(found({"select 1", "update x set y = 'a\\'"}));
  CHECK(found({"select N'a\\b'"}));
  CHECK(found({"select U&'\\0041'"}));
  CHECK(davit::sql::plain_backslashes().look("/* a */ do $$ begin perform 'a\\b'; end $$") == 8);
}

TEST_CASE("backslashes that mean the same either way are none") {
  CHECK_FALSE(found({"select E'a\\b', e'\\n'"}));
  CHECK_FALSE(found({"select \"a\\b\" -- '\\'\n /* '\\' */"}));
  CHECK_FALSE(found({"create function f() returns text language sql as $$ select 'a\\b' $$"}));
  CHECK_FALSE(found({"do $$ begin perform 'ab'; end $$", "select 'ab'"}));
}

TEST_CASE("what the file says of the setting counts, until it takes that back") {
  const auto *const string = "select 'a\\b'";
  CHECK_FALSE(found({"set standard_conforming_strings = on;", string}));
  CHECK_FALSE(found({"set session standard_conforming_strings to off;", string}));
  for (const auto *no_word :
       {"set local standard_conforming_strings = on;", "set standard_conforming_strings to default",
        "set standard_conforming_strings = default;", "set escape_string_warning = on"})
    CHECK(found({no_word, string}));
  for (const auto *back :
       {"reset standard_conforming_strings", "reset all", "discard all;", "set standard_conforming_strings = default"})
    CHECK(found({"set standard_conforming_strings = on", back, string}));
  CHECK_FALSE(found({"set standard_conforming_strings = on", "discard plans", string}));
}
