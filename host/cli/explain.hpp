// `davit explain`: what error codes and exit codes mean, from the tables in base/.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::cli {

struct explanation {
  std::string code; // "locked", or "6"
  int exit;
  std::string meaning;
  std::string_view causes; // of an exit code: empty, its errors say them
  std::string_view state, remedy;
  std::vector<std::string_view> errors; // of an exit code: what leads to it
};

// Exit codes, then errors, each in the order of its table.
std::vector<explanation> explanations();

// Of an exit code that stands for a signal, "139", and is none of davit's own.
std::optional<explanation> explain_signal(std::string_view code);

} // namespace davit::cli
