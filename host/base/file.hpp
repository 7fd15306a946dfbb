// Reading files whole.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace davit {

// The bytes of a regular file. Throws std::system_error with the reason.
std::string read_file(const std::filesystem::path &path);

// The hint for an error with this reason: where no more files can be open, the file that is named has no part in it;
// else `otherwise`.
std::string hint_about_files(const std::error_code &why, std::string otherwise);

} // namespace davit
