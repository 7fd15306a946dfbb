#include "migration/file_name.hpp"

#include "sql/characters.hpp"

#include <algorithm>
#include <utility>

namespace davit::migration {
namespace {

constexpr std::pair<std::string_view, file_role> suffixes[] = {
    {".up.sql", file_role::up},
    {".down.sql", file_role::down},
    {".verify.sql", file_role::verify},
    {".sql", file_role::plain},
};

bool is_letter(char c) { return sql::lower(c) >= 'a' && sql::lower(c) <= 'z'; }

// A last part of letters alone, as in "12_x.dwon.sql" or "12_x.Down.sql", looks like a role: better refused than run as
// the up file.
bool looks_like_role(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto last = name.substr(dot + 1);
  return std::all_of(last.begin(), last.end(), is_letter);
}

} // namespace

bool is_sql(std::string_view name) {
  return name.size() >= 4 && sql::equals_keyword(name.substr(name.size() - 4), ".sql");
}

bool has_version(std::string_view name) { return !name.empty() && sql::is_digit(name.front()); }

std::optional<file_name> parse_file_name(std::string_view name) {
  const auto suffix = std::find_if(std::begin(suffixes), std::end(suffixes),
                                   [name](const auto &candidate) { return name.ends_with(candidate.first); });
  if (suffix == std::end(suffixes)) return std::nullopt;
  name.remove_suffix(suffix->first.size());
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(name.begin(), name.end(), sql::is_digit) - name.begin());
  const auto title = name.substr(digits);
  if (digits == 0 || title == "_" || (!title.empty() && title.front() != '_')) return std::nullopt;
  if (suffix->second == file_role::plain && looks_like_role(title)) return std::nullopt;
  return file_name{std::string(name.substr(0, digits)), std::string(title.empty() ? title : title.substr(1)),
                   suffix->second};
}

std::string file_name_hint(std::string_view name) {
  const std::string forms =
      "a migration's files are VERSION_NAME.up.sql, .down.sql and .verify.sql, or VERSION_NAME.sql; "
      "VERSION is digits";
  if (!name.ends_with(".sql")) return forms + "; the suffix is in lower case";
  return forms;
}

} // namespace davit::migration
