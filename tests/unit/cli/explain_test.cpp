#include "base/error.hpp"
#include "cli/explain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using davit::cli::explanations;

TEST_CASE("every error code and every exit code says what it means, what state things are in and what to do") {
  std::set<std::string> seen;
  for (const auto &e : explanations()) {
    CAPTURE(e.code);
    CHECK_MESSAGE(seen.insert(e.code).second, "explained twice");
    const bool is_exit = std::to_string(e.exit) == e.code;
    CHECK_FALSE(e.meaning.empty());
    CHECK(e.causes.empty() == is_exit); // those of an exit code are its errors'
    for (const auto text : {e.state, e.remedy}) {
      CHECK(text.size() > 5);
      CHECK((text.ends_with('.') && !text.ends_with("..")));
    }
    if (!is_exit) CHECK((e.causes.ends_with('.') && e.errors.empty()));
  }
#define DAVIT_ERROR(name, exit, meaning) CHECK_MESSAGE(seen.count(#name) == 1, #name);
#include "base/error_codes.def"
#define DAVIT_EXIT(number, name, meaning) CHECK_MESSAGE(seen.count(#number) == 1, #number);
#include "base/exit_codes.def"
}

TEST_CASE("an exit code lists exactly the errors that lead to it") {
  const auto all = explanations();
  std::size_t listed = 0;
  for (const auto &e : all)
    for (const auto name : e.errors) {
      const auto at = std::find_if(all.begin(), all.end(), [&](const auto &other) { return other.code == name; });
      REQUIRE(at != all.end());
      CHECK(std::to_string(at->exit) == e.code);
      ++listed;
    }
  CHECK(listed == static_cast<std::size_t>(
                      std::count_if(all.begin(), all.end(), [](const auto &e) { return !e.causes.empty(); })));
}
