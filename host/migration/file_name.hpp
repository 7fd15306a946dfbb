// The names of migration files: VERSION[_NAME] and .up.sql, .down.sql, .verify.sql, or .sql alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace davit::migration {

// `plain` is the .sql of a migration that has no down file.
enum class file_role { up, down, verify, plain };

struct file_name {
  std::string version; // digits
  std::string name;    // may be empty
  file_role role;
};

// Whether the name ends in .sql, in any case.
bool is_sql(std::string_view name);

// Whether the name claims to be a migration's: it begins with a digit.
bool has_version(std::string_view name);

// Empty if the name does not fit.
std::optional<file_name> parse_file_name(std::string_view name);

// What is wrong with a name that has a version but does not fit, as a hint.
std::string file_name_hint(std::string_view name);

} // namespace davit::migration
