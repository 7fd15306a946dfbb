#include "plugin/writers.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <deque>
#include <string>
#include <system_error>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40; // as the kernel has it

[[noreturn]] void refuse(const fs::path &path, const std::string &why) {
  throw error(error_code::plugin_unsafe, why + " '" + path.string() + "', which is on the way to it",
              "let it belong to you or to root and chmod go-w it, or set allow_writable = true at this plugin to load "
              "it all the same");
}

struct stat examine(const fs::path &path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0)
    throw error(error_code::plugin_file,
                "'" + path.string() + "' cannot be examined: " + std::system_category().message(errno));
  return info;
}

std::string user_name(uid_t id) {
  std::vector<char> space(16384);
  passwd entry{};
  passwd *found = nullptr;
  if (::getpwuid_r(id, &entry, space.data(), space.size(), &found) == 0 && found) return found->pw_name;
  return "user " + std::to_string(id);
}

// root's group, and a user's private group, as distributions make it: of the user's name, without other members.
bool has_only_me(gid_t id) {
  if (id == 0) return true;
  if (id != ::getegid()) return false;
  const std::string me = user_name(::geteuid());
  std::vector<char> space(65536);
  group entry{};
  group *found = nullptr;
  if (::getgrgid_r(id, &entry, space.data(), space.size(), &found) != 0 || !found || me != found->gr_name) return false;
  for (char **member = found->gr_mem; *member; ++member)
    if (me != *member) return false;
  return true;
}

void check(const fs::path &path, const struct stat &info) {
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) refuse(path, user_name(info.st_uid) + " owns");
  if (S_ISLNK(info.st_mode)) return; // its mode means nothing
  // A sticky folder keeps others from replacing what is not theirs.
  if (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX)) return;
  if (info.st_mode & S_IWOTH) refuse(path, "everybody may write to");
  if ((info.st_mode & S_IWGRP) && !has_only_me(info.st_gid)) refuse(path, "others may write, by its group, to");
}

} // namespace

void require_no_other_writers(const fs::path &file) {
  std::deque<fs::path> ahead(file.begin(), file.end());
  fs::path here;
  int links = 0;
  while (!ahead.empty()) {
    const fs::path name = ahead.front();
    ahead.pop_front();
    if (name == "." || name.empty()) continue;
    if (name == "..") { // `here` has no links in it any more
      here = here.parent_path();
      continue;
    }
    const fs::path next = name.is_absolute() ? name : here / name;
    const auto info = examine(next);
    check(next, info);
    if (!S_ISLNK(info.st_mode)) {
      here = next;
      continue;
    }
    if (++links > most_links) throw error(error_code::plugin_file, "its path has too many symbolic links");
    const fs::path target = fs::read_symlink(next);
    ahead.insert(ahead.begin(), target.begin(), target.end());
  }
}

} // namespace davit::plugin
