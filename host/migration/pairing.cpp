#include "migration/pairing.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace davit::migration {
namespace {

struct numbered_file {
  version id;
  found_file file;
};

std::string name_of(const numbered_file *file) { return file->file.path.filename().string(); }

std::string names_of(const std::vector<numbered_file *> &files) {
  std::string out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i > 0) out += i + 1 == files.size() ? " and " : ", ";
    out += name_of(files[i]);
  }
  return out;
}

// The files of one version, by their roles.
class pairing {
public:
  pairing(std::span<numbered_file *const> of_one_version, file_problems &problems) : problems_(problems) {
    for (auto *file : of_one_version) files_[static_cast<std::size_t>(file->file.name.role)].push_back(file);
  }

  bool fits() {
    const auto &plain = of(file_role::plain);
    const auto &down = of(file_role::down);
    bool good = is_single(file_role::up) && is_single(file_role::down) && is_single(file_role::verify);
    if (!plain.empty() && (!of(file_role::up).empty() || plain.size() > 1)) {
      auto both = of(file_role::up);
      both.insert(both.end(), plain.begin(), plain.end());
      return report(both, "are up files of the same version",
                    "give each migration a version of its own, and rename or remove the other");
    }
    if (!plain.empty() && !down.empty())
      return report({plain.front(), down.front()}, "do not go together: a .sql file has no down file",
                    "rename " + name_of(plain.front()) + " so that it ends in .up.sql");
    if (of(file_role::up).empty() && plain.empty())
      for (const auto role : {file_role::down, file_role::verify})
        if (!of(role).empty())
          good =
              report({of(role).front()}, "has no up file", "add the .up.sql file of that version, or remove this one");
    return good;
  }

  // Takes what it needs out of the files.
  migration_files result() {
    auto *up = of(file_role::up).empty() ? of(file_role::plain).front() : of(file_role::up).front();
    return {std::move(up->id), std::move(up->file.name.name), std::move(up->file.path), path_of(file_role::down),
            path_of(file_role::verify)};
  }

private:
  using files = std::vector<numbered_file *>;

  const files &of(file_role role) const { return files_[static_cast<std::size_t>(role)]; }
  std::filesystem::path path_of(file_role role) const {
    return of(role).empty() ? std::filesystem::path() : std::move(of(role).front()->file.path);
  }

  bool is_single(file_role role) {
    return of(role).size() < 2 ||
           report(of(role), "have the same version", "give each migration a version of its own; 07 and 7 are the same");
  }

  bool report(const files &concerned, std::string_view what, std::string hint) {
    problems_.add(name_of(concerned.front()), names_of(concerned) + " " + std::string(what), std::move(hint));
    return false;
  }

  files files_[4];
  file_problems &problems_;
};

} // namespace

void file_problems::add(std::string first_file, std::string message, std::string hint) {
  all_.push_back({std::move(first_file), std::move(message), std::move(hint)});
}

void file_problems::throw_if_any(const std::filesystem::path &dir) {
  if (all_.empty()) return;
  std::sort(all_.begin(), all_.end(), [](const problem &a, const problem &b) { return a.first_file < b.first_file; });
  std::string message = all_.front().message;
  std::string hint = all_.front().hint;
  std::set<std::string_view> hints_given{all_.front().hint};
  for (std::size_t i = 1; i < all_.size(); ++i) {
    message += "; " + all_[i].message;
    if (hints_given.insert(all_[i].hint).second) hint += "; " + all_[i].hint;
  }
  throw error(error_code::migration_file, message + " (in " + dir.string() + ")", hint, {dir.string()});
}

std::vector<migration_files> pair_files(std::vector<found_file> found, file_problems &problems) {
  std::vector<numbered_file> files;
  files.reserve(found.size());
  for (auto &file : found) files.push_back({version(file.name.version), std::move(file)});
  std::vector<numbered_file *> order; // lighter to move about than the files
  order.reserve(files.size());
  for (auto &file : files) order.push_back(&file);
  std::sort(order.begin(), order.end(), [](const numbered_file *a, const numbered_file *b) {
    const auto by_version = a->id <=> b->id;
    return by_version != 0 ? by_version < 0 : a->file.path < b->file.path;
  });

  std::vector<migration_files> migrations;
  for (auto first = order.begin(); first != order.end();) {
    const auto last = std::find_if(first, order.end(), [&](const numbered_file *f) { return f->id != (*first)->id; });
    if (pairing version_files({first, last}, problems); version_files.fits())
      migrations.push_back(version_files.result());
    first = last;
  }
  return migrations;
}

} // namespace davit::migration
