// Reading files whole, and their SHA-256.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace davit {

// The bytes of a regular file. Throws std::system_error with the reason.
std::string read_file(const std::filesystem::path &path);

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

} // namespace davit
