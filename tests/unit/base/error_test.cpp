#include "base/error.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

using davit::error_code;
using davit::exit_code;

namespace {

constexpr error_code codes[] = {
#define DAVIT_ERROR(name, exit, meaning) error_code::name,
#include "base/error_codes.def"
};

constexpr exit_code exits[] = {
#define DAVIT_EXIT(number, name, meaning) exit_code::name,
#include "base/exit_codes.def"
};

} // namespace

TEST_CASE("every error code has a name of its own, in small letters") {
  std::set<std::string_view> names;
  for (const auto code : codes) {
    const auto name = davit::name_of(code);
    CAPTURE(name);
    CHECK_FALSE(name.empty());
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(names.insert(name).second);
  }
}

TEST_CASE("every error code is explained in a sentence") {
  for (const auto code : codes) {
    const auto meaning = davit::meaning_of(code);
    CAPTURE(davit::name_of(code));
    REQUIRE(meaning.size() > 10);
    CHECK((std::isupper(static_cast<unsigned char>(meaning.front())) || meaning.starts_with("davit.toml")));
    CHECK(meaning.back() == '.');
  }
}

TEST_CASE("no error exits with 0, nor with the code of an answer") {
  for (const auto code : codes) {
    CAPTURE(davit::name_of(code));
    CHECK(davit::exit_of(code) != exit_code::ok);
    CHECK(davit::exit_of(code) != exit_code::pending);
  }
}

TEST_CASE("exit codes are those that scripts rely on") {
  const struct {
    error_code code;
    int number;
  } rows[] = {{error_code::sql, 1},           {error_code::hook_failed, 1},    {error_code::usage, 2},
              {error_code::config_syntax, 3}, {error_code::migration_file, 3}, {error_code::plugin_abi, 4},
              {error_code::connect, 5},       {error_code::locked, 6},         {error_code::checksum_changed, 6},
              {error_code::hook_veto, 7},     {error_code::bug, 70},           {error_code::hook_deadline, 124},
              {error_code::interrupted, 130}, {error_code::terminated, 143}};
  for (const auto &row : rows) {
    CAPTURE(davit::name_of(row.code));
    CHECK(static_cast<int>(davit::exit_of(row.code)) == row.number);
  }
}

TEST_CASE("exit codes differ and fit into a byte") {
  std::set<int> numbers;
  for (const auto exit : exits) {
    const auto number = static_cast<int>(exit);
    CHECK(number >= 0);
    CHECK(number <= 255);
    CHECK(numbers.insert(number).second);
  }
}

TEST_CASE("a name looks its own row up") {
  CHECK(davit::name_of(error_code::usage) == "usage");
  CHECK(davit::name_of(error_code::hook_veto) == "hook_veto");
  CHECK(davit::name_of(error_code::bug) == "bug");
  CHECK(davit::meaning_of(error_code::verify_failed) == "A verify file failed.");
}

TEST_CASE("a place is printed as far as it is known") {
  CHECK(davit::to_string(davit::place{}).empty());
  CHECK(davit::to_string(davit::place{"a.sql"}) == "a.sql");
  CHECK(davit::to_string(davit::place{"a.sql", 3}) == "a.sql:3");
  CHECK(davit::to_string(davit::place{"a.sql", 3, 7}) == "a.sql:3:7");
  CHECK(davit::to_string(davit::place{"a.sql", 0, 7}) == "a.sql");
}

TEST_CASE("an error is a std::exception and says what happened") {
  const davit::error problem(error_code::locked, "another davit is at work", "wait for it", {"davit.toml", 2, 1});
  const std::exception &base = problem;
  CHECK(std::string(base.what()) == "another davit is at work");
  CHECK(problem.code == error_code::locked);
  CHECK(problem.hint == "wait for it");
  CHECK(davit::to_string(problem.where) == "davit.toml:2:1");
}
