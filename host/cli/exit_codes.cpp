#include "cli/exit_codes.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

constexpr exit_row exits[] = {
#define DAVIT_EXIT(number, name, meaning) {#number, meaning},
#include "base/exit_codes.def"
};

} // namespace

std::string exit_code_table() {
  std::string out = "Exit codes:\n";
  for (const auto &e : exits) out += fmt::format("  {:>7}  {}\n", e.number, e.meaning);
  for (const auto &e : exits_by_signal) out += fmt::format("  {:>7}  {}\n", e.number, e.meaning);
  return out;
}

} // namespace davit::cli
