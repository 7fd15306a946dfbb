// Reading files whole.
#pragma once

#include <filesystem>
#include <string>

namespace davit {

// The bytes of a regular file. Throws std::system_error with the reason.
std::string read_file(const std::filesystem::path &path);

} // namespace davit
