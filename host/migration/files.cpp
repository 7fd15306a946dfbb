#include "migration/files.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "migration/file_name.hpp"
#include "migration/pairing.hpp"

#include <algorithm>
#include <system_error>

#include <unistd.h>

namespace davit::migration {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_list(const fs::path &dir, const std::error_code &why) {
  const bool missing = why == std::errc::no_such_file_or_directory;
  throw error(error_code::migration_file, "cannot list the migrations folder " + dir.string() + ": " + why.message(),
              missing ? "create it, or set dir in [migrations] of davit.toml"
                      : "check dir in [migrations] of davit.toml",
              {dir.string()});
}

// What keeps the entry from being read; empty if nothing does. The entry knows its type from the listing, and
// is_regular_file() takes it from there: only what is no plain file costs a look at it.
std::string obstacle(const fs::directory_entry &entry) {
  std::error_code why;
  if (!entry.is_regular_file(why)) {
    const auto target = entry.status(why);
    if (target.type() == fs::file_type::not_found) return "is a symbolic link to nothing";
    if (why) return "cannot be read: " + why.message();
    return target.type() == fs::file_type::directory ? "is a folder" : "is no regular file";
  }
  if (::access(entry.path().c_str(), R_OK) != 0) return "cannot be read: " + std::generic_category().message(errno);
  return {};
}

} // namespace

std::string migration_files::title() const { return name.empty() ? id.text() : id.text() + "_" + name; }

folder find_migrations(const fs::path &dir) {
  folder result;
  file_problems problems;
  std::vector<found_file> found;
  std::error_code why;
  fs::directory_iterator entry(dir, why);
  if (why) cannot_list(dir, why);
  for (; entry != fs::directory_iterator(); entry.increment(why)) {
    const auto name = entry->path().filename().string();
    if (!is_sql(name) || name.front() == '.') continue; // editors and file systems leave hidden files behind
    if (const auto shown = visible(name); shown != name) {
      problems.add({shown}, shown + " has a control character in its name",
                   "rename it: such a name could not be shown");
    } else if (const auto what = obstacle(*entry); !what.empty()) {
      problems.add({name}, name + " " + what, "repair or remove it");
    } else if (auto parsed = parse_file_name(name)) {
      found.push_back({std::move(*parsed), entry->path()});
    } else if (has_version(name)) {
      problems.add({name}, name + " has a version, but is not named as a migration", file_name_hint(name));
    } else {
      result.warnings.push_back(name + " is passed over: its name does not begin with a version");
    }
  }
  if (why) cannot_list(dir, why);
  std::sort(result.warnings.begin(), result.warnings.end());
  result.migrations = pair_files(std::move(found), problems);
  problems.throw_if_any(dir);
  return result;
}

} // namespace davit::migration
