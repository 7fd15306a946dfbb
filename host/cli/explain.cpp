#include "cli/explain.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <iterator>

namespace davit::cli {
namespace {

struct error_help {
  error_code code;
  std::string_view causes, state, remedy;
};

struct exit_help {
  exit_code code;
  std::string_view state, remedy;
};

struct exit_row {
  exit_code code;
  std::string_view number, meaning;
};

constexpr error_help error_helps[] = {
#define DAVIT_ERROR_HELP(name, causes, state, remedy) {error_code::name, causes, state, remedy},
#include "base/error_help.def"
};

constexpr exit_help exit_helps[] = {
#define DAVIT_EXIT_HELP(name, state, remedy) {exit_code::name, state, remedy},
#include "base/error_help.def"
};

constexpr error_code errors[] = {
#define DAVIT_ERROR(name, exit, meaning) error_code::name,
#include "base/error_codes.def"
};

constexpr exit_row exits[] = {
#define DAVIT_EXIT(number, name, meaning) {exit_code::name, #number, meaning},
#include "base/exit_codes.def"
};

static_assert(std::ranges::equal(errors, error_helps, {}, {}, &error_help::code),
              "every error code has its line in error_help.def, in the order of error_codes.def");
static_assert(std::ranges::equal(exits, exit_helps, {}, &exit_row::code, &exit_help::code),
              "every exit code has its line in error_help.def, in the order of exit_codes.def");

} // namespace

std::vector<explanation> explanations() {
  std::vector<explanation> out;
  for (std::size_t i = 0; i < std::size(exits); ++i) {
    const exit_row &e = exits[i];
    out.push_back({e.number, static_cast<int>(e.code), e.meaning, {}, exit_helps[i].state, exit_helps[i].remedy, {}});
    for (const auto c : errors)
      if (exit_of(c) == e.code) out.back().errors.push_back(name_of(c));
  }
  for (const auto &h : error_helps)
    out.push_back(
        {name_of(h.code), static_cast<int>(exit_of(h.code)), meaning_of(h.code), h.causes, h.state, h.remedy, {}});
  return out;
}

} // namespace davit::cli
