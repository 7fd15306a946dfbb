// Commands and options as data, read from the parser itself: what completion scripts are made of.
#pragma once

#include <string>
#include <vector>

namespace davit::cli {

enum class value_kind { none, text, file, folder, choice };

struct option_node {
  std::vector<std::string> names; // with their dashes; of an argument: empty
  std::string help;
  value_kind value = value_kind::none;
  std::vector<std::string> choices;
};

struct command_node {
  std::string name, help;
  std::vector<option_node> options; // of its own; those of the root are valid everywhere
  std::vector<option_node> arguments;
  std::vector<command_node> commands;
};

// The root is davit itself.
command_node option_tree();

} // namespace davit::cli
