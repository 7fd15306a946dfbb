// Completion scripts for shells, made from the option tree.
#pragma once

#include "cli/option_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace davit::cli {

std::vector<std::string> completion_shells();

// `shell` is one of completion_shells().
std::string completion_script(std::string_view shell, const command_node &root);

// One for each shell.
std::string bash_completion(const command_node &root);
std::string zsh_completion(const command_node &root);
std::string fish_completion(const command_node &root);

} // namespace davit::cli
