// The exit codes as a table of text, for --help.
#pragma once

#include <string>

namespace davit::cli {

std::string exit_code_table();

} // namespace davit::cli
