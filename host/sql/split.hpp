// Cuts the text of an SQL file into statements, at the same places as psql 15 does.
#pragma once

#include "sql/statement_kind.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::sql {

// White space and "--" comments in front of a statement belong to none; block comments belong to the one they precede.
struct split_statement {
  std::string_view text;      // with its semicolon; the last one of a file may have none
  std::string_view copy_data; // of COPY … FROM stdin: the lines up to `\.`
  statement_kind kind;
};

struct problem {
  std::size_t offset; // where, in bytes from the start of the text
  std::string message;
  std::string hint;
};

// All views point into the text.
struct split_result {
  std::vector<split_statement> statements;          // those of kind `empty` too
  std::vector<std::string_view> line_comments;      // "-- …", wherever they stand outside of quotes
  std::size_t first_token = std::string_view::npos; // offset of the first thing that is neither space nor comment
  std::optional<problem> first_problem;             // if there is one, the text was read no further
};

// psql drops empty lines between the tokens of a statement; they are kept here, so that a statement is a slice of the
// text. Assumes that standard_conforming_strings is on at first, and follows SET commands for it.
split_result split(std::string_view text);

} // namespace davit::sql
