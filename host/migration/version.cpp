#include "base/error.hpp"
#include "migration/files.hpp"
#include "sql/characters.hpp"

#include <algorithm>

namespace davit::migration {

version::version(std::string digits) : text_(std::move(digits)) {
  if (text_.empty() || !std::all_of(text_.begin(), text_.end(), sql::is_digit))
    throw error(error_code::migration_version, "'" + text_ + "' is no version", "a version is digits only: 0012");
}

std::string_view version::canonical() const {
  const std::string_view all = text_;
  return all.substr(std::min(all.find_first_not_of('0'), all.size() - 1));
}

std::strong_ordering operator<=>(const version &a, const version &b) {
  const auto left = a.canonical();
  const auto right = b.canonical();
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left.compare(right) <=> 0;
}

} // namespace davit::migration
