#include "base/error.hpp"

#include <array>

namespace davit {
namespace {

struct row {
  std::string_view name;
  exit_code exit;
  std::string_view meaning;
};

constexpr row rows[] = {
#define DAVIT_ERROR(name, exit, meaning) {#name, exit_code::exit, meaning},
#include "base/error_codes.def"
};

const row &row_of(error_code code) { return rows[static_cast<std::size_t>(code)]; }

} // namespace

std::string_view name_of(error_code code) { return row_of(code).name; }
std::string_view meaning_of(error_code code) { return row_of(code).meaning; }
exit_code exit_of(error_code code) { return row_of(code).exit; }

std::string to_string(const place &where) {
  std::string out = where.file;
  if (where.line) out += ":" + std::to_string(where.line);
  if (where.line && where.column) out += ":" + std::to_string(where.column);
  return out;
}

} // namespace davit
