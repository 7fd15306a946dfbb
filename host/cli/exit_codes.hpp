// The exit codes as a table of text, for --help.
#pragma once

#include <string>
#include <string_view>

namespace davit::cli {

struct exit_row {
  std::string_view number, meaning;
};

// Of ends that are not davit's own.
inline constexpr exit_row exits_by_signal[] = {
#define DAVIT_EXIT(number, name, meaning)
#define DAVIT_EXIT_BY_SIGNAL(number, meaning) {number, meaning},
#include "base/exit_codes.def"
};

std::string exit_code_table();

} // namespace davit::cli
