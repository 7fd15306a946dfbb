// The migrations folder: which versions there are, and their files.
#pragma once

#include <compare>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace davit::migration {

// Digits of any length, compared as numbers: 2 < 10, 007 == 7. Prints as written.
class version {
public:
  explicit version(std::string digits); // throws error_code::migration_version unless 1 or more digits
  const std::string &text() const { return text_; }
  // Without leading zeros: equal exactly for equal versions.
  std::string_view canonical() const { return std::string_view(text_).substr(zeros_); }
  friend std::strong_ordering operator<=>(const version &a, const version &b) {
    const auto left = a.canonical();
    const auto right = b.canonical();
    return left.size() != right.size() ? left.size() <=> right.size() : left <=> right;
  }
  friend bool operator==(const version &a, const version &b) { return a.canonical() == b.canonical(); }

private:
  std::string text_;
  std::size_t zeros_ = 0; // those that lead
};

struct migration_files {
  version id;
  std::string name; // what stands between version and suffix; of the up file where titles differ
  std::filesystem::path up;
  std::filesystem::path down;   // empty: none
  std::filesystem::path verify; // empty: none

  std::string title() const; // "0012_add_email", or "0012" without a name
};

struct folder {
  std::vector<migration_files> migrations; // ascending
  std::vector<std::string> warnings;       // .sql files that were passed over, and why
};

// Throws error_code::migration_file, naming every file concerned.
folder find_migrations(const std::filesystem::path &dir);

} // namespace davit::migration
