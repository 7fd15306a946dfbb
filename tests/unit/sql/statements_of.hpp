// Short ways to say what a text is split into.
#pragma once

#include "sql/split.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using strings = std::vector<std::string>;

template <> struct doctest::StringMaker<strings> {
  static doctest::String convert(const strings &all) {
    std::string out;
    for (const auto &one : all) out += "\n  <" + one + ">";
    return out.c_str();
  }
};

// The statements of a text without mistakes.
inline strings statements_of(std::string_view text) {
  const auto split = davit::sql::split(text);
  INFO(text);
  if (split.first_problem) FAIL_CHECK(split.first_problem->message);
  strings out;
  for (const auto &statement : split.statements) out.emplace_back(statement.text);
  return out;
}

// Whether the text is one statement from its first character to its last.
inline bool is_one_statement(std::string_view text) { return statements_of(text) == strings{std::string(text)}; }
