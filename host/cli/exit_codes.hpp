// The exit codes as a table of text: for --help, `davit explain` and the documentation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace davit::cli {

std::string exit_code_table();

// What an exit code ("6") or an error code ("locked") means; nullopt if it is neither.
std::optional<std::string> explain(std::string_view code);

} // namespace davit::cli
