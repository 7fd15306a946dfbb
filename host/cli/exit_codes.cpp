#include "cli/exit_codes.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

struct exit_row {
  int number;
  std::string_view meaning;
};

constexpr exit_row exits[] = {
#define DAVIT_EXIT(number, name, meaning) {number, meaning},
#include "base/exit_codes.def"
};

} // namespace

std::string exit_code_table() {
  std::string out = "Exit codes:\n";
  for (const auto &e : exits) out += fmt::format("  {:>3}  {}\n", e.number, e.meaning);
  return out;
}

} // namespace davit::cli
