#include "cli/folder_lock.hpp"
#include "cli/new_files.hpp"
#include "cli/project_files.hpp"
#include "migration/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace davit::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t timestamp_digits = 14;

std::string slug(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  if (out.ends_with('_')) out.pop_back();
  if (out.empty())
    throw error(error_code::usage, fmt::format("'{}' holds nothing that a file name could be made of", name),
                "name the migration with letters a to z and digits: davit new add_email");
  return out;
}

// As wide as before, or wider: 0099 -> 0100, 999 -> 1000.
std::string successor(std::string digits) {
  auto digit = digits.rbegin();
  while (digit != digits.rend() && *digit == '9') *digit++ = '0';
  if (digit == digits.rend())
    digits.insert(digits.begin(), '1');
  else
    ++*digit;
  return digits;
}

std::string now_utc() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string next_version(const std::vector<migration::migration_files> &existing, numbering how) {
  if (existing.empty()) return how == numbering::timestamp ? now_utc() : "0001";
  const auto &newest = existing.back().id;
  const bool timestamps = newest.text().size() == timestamp_digits;
  if (how == numbering::timestamp || (how == numbering::automatic && timestamps))
    if (auto now = now_utc(); migration::version(now) > newest) return now;
  return successor(newest.text());
}

std::string up_text(std::string_view title) {
  return fmt::format("-- {}\n"
                     "--\n"
                     "-- Runs in one transaction. What cannot, such as CREATE INDEX CONCURRENTLY, goes into a "
                     "migration of its own.\n\n",
                     title);
}

std::string down_text(std::string_view title) {
  return fmt::format("-- {}: takes back what the up file did\n\n", title);
}

std::string verify_text(std::string_view title) {
  return fmt::format("-- {}: fails, with an error of its own, if the up file did not do its work\n"
                     "--\n"
                     "-- DO $$ BEGIN\n"
                     "--   ASSERT to_regclass('shop.orders') IS NOT NULL, 'there is no table shop.orders';\n"
                     "-- END $$;\n\n",
                     title);
}

} // namespace

std::vector<fs::path> create_migration(const config::settings &settings, std::string_view name, numbering how,
                                       bool with_down, bool with_verify) {
  const auto &dir = settings.migrations.dir;
  const auto slugged = slug(name);
  auto title = slugged;
  std::replace(title.begin(), title.end(), '_', ' ');

  new_files files;
  files.add_folder(dir); // version control keeps no empty folders
  const folder_lock lock(dir);
  const auto stem = fmt::format("{}_{}", next_version(migration::find_migrations(dir).migrations, how), slugged);
  files.add_file(dir / (stem + ".up.sql"), up_text(title));
  if (with_down) files.add_file(dir / (stem + ".down.sql"), down_text(title));
  if (with_verify) files.add_file(dir / (stem + ".verify.sql"), verify_text(title));
  // Refuses two of one version, where the lock could not keep them apart.
  migration::find_migrations(dir);
  return files.keep();
}

} // namespace davit::cli
