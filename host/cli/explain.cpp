#include "cli/explain.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
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
    out.push_back({std::string(e.number),
                   static_cast<int>(e.code),
                   std::string(e.meaning),
                   {},
                   exit_helps[i].state,
                   exit_helps[i].remedy,
                   {}});
    for (const auto c : errors)
      if (exit_of(c) == e.code) out.back().errors.push_back(name_of(c));
  }
  for (const auto &h : error_helps)
    out.push_back({std::string(name_of(h.code)),
                   static_cast<int>(exit_of(h.code)),
                   std::string(meaning_of(h.code)),
                   h.causes,
                   h.state,
                   h.remedy,
                   {}});
  return out;
}

std::optional<explanation> explain_signal(std::string_view code) {
  int number = 0;
  const auto read = std::from_chars(code.data(), code.data() + code.size(), number);
  const char *name =
      read.ec == std::errc() && read.ptr == code.data() + code.size() && number > 128 && number < 128 + NSIG
          ? ::sigabbrev_np(number - 128)
          : nullptr;
  if (!name) return std::nullopt;
  explanation out{std::string(code), number, "davit was ended by SIG" + std::string(name), {}, {}, {}, {}};
  out.state =
      "The server rolls back what was not committed. A migration without a transaction stays where it stopped. davit "
      "status shows what is applied; the next run says what this one left.";
  switch (number - 128) {
  case SIGSEGV:
  case SIGBUS:
  case SIGILL:
  case SIGFPE:
  case SIGABRT:
  case SIGTRAP:
  case SIGSYS:
    out.meaning += ": a crash, of a plugin or of davit";
    out.remedy =
        "The last lines on standard error name the plugin, handler and phase: mend that plugin, or take it out "
        "of davit.toml. Without such lines it is a bug in davit: please report it.";
    break;
  case SIGKILL:
    out.remedy =
        "Find out who did it: an administrator, the supervisor of a container, or the kernel because memory had "
        "run out (dmesg tells). Then davit up goes on.";
    break;
  default:
    out.remedy = "If the last lines on standard error name a plugin, the process had sent the signal itself: mend that "
                 "plugin, or take it out of davit.toml. Else somebody sent it from outside. Then davit up goes on.";
  }
  return out;
}

} // namespace davit::cli
