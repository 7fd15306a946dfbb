#include "migration/files.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/utf8.hpp"
#include "migration/file_name.hpp"
#include "migration/pairing.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <dirent.h>
#include <unistd.h>

namespace davit::migration {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_list(const fs::path &dir, const std::error_code &why) {
  const bool missing = why == std::errc::no_such_file_or_directory;
  throw error(error_code::migration_file, "cannot list the migrations folder " + dir.string() + ": " + why.message(),
              missing ? "create it, or set dir in [migrations] of davit.toml"
                      : hint_about_files(why, "check dir in [migrations] of davit.toml"),
              {dir.string()});
}

// A folder's entries by readdir(): std::filesystem makes a path of each, and takes it apart again.
class listing {
public:
  explicit listing(const fs::path &dir) : path_(dir), dir_(::opendir(dir.c_str())) {
    if (!dir_) cannot_list(dir, last_error());
  }
  ~listing() { ::closedir(dir_); }
  listing(const listing &) = delete;
  listing &operator=(const listing &) = delete;

  // Null at the end.
  const dirent *next() {
    errno = 0;
    const dirent *entry = ::readdir(dir_);
    if (!entry && errno != 0) cannot_list(path_, last_error());
    return entry;
  }
  // What keeps the entry from being read; empty if nothing does. Mostly the listing knows that it is a plain file.
  std::string obstacle(const dirent &entry) const {
    if (entry.d_type != DT_REG) {
      std::error_code why;
      const auto target = fs::status(path_ / entry.d_name, why);
      if (target.type() == fs::file_type::not_found) return "is a symbolic link to nothing";
      if (why) return "cannot be read: " + why.message();
      if (target.type() == fs::file_type::directory) return "is a folder";
      if (target.type() != fs::file_type::regular) return "is no regular file";
    }
    if (::faccessat(::dirfd(dir_), entry.d_name, R_OK, 0) != 0) return "cannot be read: " + last_error().message();
    return {};
  }

private:
  static std::error_code last_error() { return {errno, std::generic_category()}; }

  const fs::path &path_;
  DIR *dir_;
};

} // namespace

std::string migration_files::title() const { return name.empty() ? id.text() : id.text() + "_" + name; }

folder find_migrations(const fs::path &dir) {
  folder result;
  file_problems problems;
  std::vector<found_file> found;
  listing entries(dir);
  while (const dirent *entry = entries.next()) {
    const std::string_view name = entry->d_name;
    if (!is_sql(name) || name.front() == '.') continue; // editors and file systems leave hidden files behind
    if (const auto shown = visible(name); shown != name) {
      problems.add({shown}, shown + " has a control character in its name",
                   "rename it: such a name could not be shown");
    } else if (const auto what = entries.obstacle(*entry); !what.empty()) {
      problems.add(std::string(name), std::string(name) + " " + what, "repair or remove it");
    } else if (auto parsed = parse_file_name(name)) {
      found.push_back({std::move(*parsed), dir / name});
    } else if (has_version(name)) {
      problems.add(std::string(name), std::string(name) + " has a version, but is not named as a migration",
                   file_name_hint(name));
    } else {
      result.warnings.push_back(std::string(name) + " is passed over: its name does not begin with a version");
    }
  }
  std::sort(result.warnings.begin(), result.warnings.end());
  result.migrations = pair_files(std::move(found), problems);
  problems.throw_if_any(dir);
  return result;
}

} // namespace davit::migration
