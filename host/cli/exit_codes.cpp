#include "cli/exit_codes.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

struct exit_row {
  int number;
  std::string_view name, meaning;
};

constexpr exit_row exits[] = {
#define DAVIT_EXIT(number, name, meaning) {number, #name, meaning},
#include "base/exit_codes.def"
};

constexpr error_code errors[] = {
#define DAVIT_ERROR(name, exit, meaning) error_code::name,
#include "base/error_codes.def"
};

} // namespace

std::string exit_code_table() {
  std::string out = "Exit codes:\n";
  for (const auto &e : exits) out += fmt::format("  {:>3}  {}\n", e.number, e.meaning);
  return out;
}

std::optional<std::string> explain(std::string_view code) {
  for (const auto &e : exits) {
    if (std::to_string(e.number) != code) continue;
    std::string out = fmt::format("Exit code {}: {}.\n", e.number, e.meaning);
    for (const auto c : errors)
      if (static_cast<int>(exit_of(c)) == e.number) out += fmt::format("  {:<20} {}\n", name_of(c), meaning_of(c));
    return out;
  }
  for (const auto c : errors)
    if (name_of(c) == code)
      return fmt::format("{}: {}\nExit code {}.\n", name_of(c), meaning_of(c), static_cast<int>(exit_of(c)));
  return std::nullopt;
}

} // namespace davit::cli
