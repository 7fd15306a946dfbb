// Options that have been given no value, or one that they do not take.
#pragma once

#include "cli/option_tree.hpp"

#include <span>
#include <string>

namespace davit::cli {

// What is wrong with the first one that is; empty if nothing is. A script's variable that is empty leaves an option
// without its value: the parser would take the next word for it, and a `--dry-run` there would not be one any more.
std::string wrong_value(const command_node &root, std::span<const char *const> words);

} // namespace davit::cli
