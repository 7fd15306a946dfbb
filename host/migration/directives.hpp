// `-- davit: NAME` comments, which change how a file is run.
#pragma once

#include "sql/split.hpp"

#include <optional>
#include <string_view>

namespace davit::migration {

struct directives {
  bool no_transaction = false;
  std::optional<sql::problem> first_problem;
};

// The directives among the line comments of `text`. They must stand before the first statement.
directives read_directives(std::string_view text, const sql::split_result &split);

} // namespace davit::migration
