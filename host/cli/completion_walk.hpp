// The part of a completion script that bash and zsh share: finding out which command the words so far belong to.
#pragma once

#include "cli/option_tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace davit::cli {

// Calls `visit` for the root, whose path is "", and every command: "up", "plugin list".
void for_each_command(const command_node &root,
                      const std::function<void(const std::string &path, const command_node &)> &visit);

// The names of options that take a value, as alternatives of a `case "$command:$word"`: "*:-c | *:--config | up:--to".
std::string options_with_value(const command_node &root);

// Arms of the same `case` that set `command` to the path that the word leads to.
std::string command_arms(const command_node &root);

// Arms of a `case "$command:$option"` for each option that takes a value; `answer` gives an arm's body.
std::string value_arms(const command_node &root, const std::function<std::string(const option_node &)> &answer);

// Arms of a `case "$command:$given"`, `given` being the number of arguments so far.
std::string argument_arms(const command_node &root, const std::function<std::string(const option_node &)> &answer);

} // namespace davit::cli
