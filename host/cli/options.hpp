// The command line as typed options. CLI11 stays behind parse_arguments.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace davit::cli {

enum class command {
  init,
  create,
  status,
  plan,
  up,
  down,
  verify,
  baseline,
  repair,
  history,
  phases,
  plugin_list,
  plugin_inspect,
  doctor,
  explain,
  completion
};
std::string_view name_of(command c); // as typed: "plugin list"

struct options {
  command what{};

  // of every command
  std::filesystem::path config; // empty: davit.toml here or in a folder above
  std::optional<std::string> environment;
  bool ephemeral = false;
  bool json = false;
  bool no_color = false;
  bool quiet = false;
  bool verbose = false;

  // of some
  std::optional<std::string> to;
  std::optional<std::uint32_t> steps;
  std::optional<std::uint32_t> after; // repair --resume
  bool out_of_order = false;
  bool dry_run = false;   // up, down
  bool down = false;      // plan
  bool exit_code = false; // status
  bool run_sql = false;   // verify
  std::optional<std::string> hint, hint_owner, hint_token;
  std::optional<std::string> deadline;                                              // up, down
  std::string argument;                                                             // NAME, RUN, FILE, VERSION, …
  std::uint32_t limit = 20;                                                         // history
  bool timestamp = false, sequential = false, no_down = false, verify_file = false; // new
  bool resume = false, mark_applied = false, mark_reverted = false, accept_files = false; // repair
};

struct parsed {
  std::optional<options> run; // else print `text` and leave with `exit`
  std::string text;
  int exit = 0;
};

parsed parse_arguments(int argc, char **argv);

} // namespace davit::cli
