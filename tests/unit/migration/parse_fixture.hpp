// Scripts from text, and the errors of those that cannot be.
#pragma once

#include "base/error.hpp"
#include "migration/script.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

inline davit::migration::script parse(std::string text) {
  return davit::migration::parse_script("dir/1_a.up.sql", std::move(text));
}

inline davit::error syntax_error_of(const std::string &text) {
  INFO(text);
  try {
    parse(text);
  } catch (const davit::error &e) {
    CHECK(e.code == davit::error_code::migration_syntax);
    CHECK_FALSE(e.hint.empty());
    CHECK_FALSE(e.excerpt.empty());
    return e;
  }
  FAIL("no error");
  return {davit::error_code::bug, ""};
}

inline std::vector<std::string> texts_of(const davit::migration::script &s) {
  std::vector<std::string> out;
  for (const auto &statement : s.statements) out.emplace_back(statement.text);
  return out;
}

inline bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }
