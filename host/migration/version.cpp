#include "base/error.hpp"
#include "migration/files.hpp"
#include "sql/characters.hpp"

#include <algorithm>

namespace davit::migration {

version::version(std::string digits) : text_(std::move(digits)) {
  if (text_.empty() || !std::all_of(text_.begin(), text_.end(), sql::is_digit))
    throw error(error_code::migration_version, "'" + text_ + "' is no version", "a version is digits only: 0012");
  zeros_ = std::min(text_.find_first_not_of('0'), text_.size() - 1);
}

} // namespace davit::migration
