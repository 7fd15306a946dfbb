// The files that `davit init` and `davit new` write.
#pragma once

#include "config/settings.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace davit::cli {

// Writes a commented davit.toml and a folder migrations/ into `dir`, which is created if need be; a folder of that name
// that exists already is left alone. All or nothing. Returns what was created. Throws error_code::io, naming the file,
// if davit.toml exists or something cannot be written.
std::vector<std::filesystem::path> create_project(const std::filesystem::path &dir);

enum class numbering {
  automatic,  // as the newest migration is: timestamp if its version has 14 digits, else sequential
  sequential, // one more than the newest, as wide as that; 0001 in an empty folder
  timestamp,  // yyyymmddhhmmss in UTC, or one more than the newest where that is not older
};

// Writes VERSION_NAME.up.sql, and a down and a verify file beside it if asked for; the migrations folder is created if
// need be. NAME is `name` in lower case with '_' for all but [a-z0-9]. All or nothing, and two at the same moment get
// different versions. Returns what was created. Throws error_code::usage if nothing of the name is left, migration_file
// if the folder is not in order, io if something cannot be written.
std::vector<std::filesystem::path> create_migration(const config::settings &settings, std::string_view name,
                                                    numbering how, bool with_down, bool with_verify);

} // namespace davit::cli
