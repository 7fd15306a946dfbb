#include "base/error.hpp"

#include <array>
#include <new>
#include <system_error>

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

error as_error(const std::exception &e) {
  if (const auto *known = dynamic_cast<const error *>(&e)) return *known;
  if (dynamic_cast<const std::bad_alloc *>(&e)) return {error_code::bug, "out of memory"};
  if (const auto *s = dynamic_cast<const std::system_error *>(&e);
      s && s->code() == std::errc::resource_unavailable_try_again)
    return no_process_for("what davit was about to do", s->code().message());
  return {error_code::bug, std::string("unexpected: ") + e.what(), "please report it, with the command and davit.toml"};
}

error no_process_for(const std::string &what, const std::string &why) {
  return {error_code::process_limit, "no thread or process can be had for " + what + ": " + why,
          "let davit's user have more of them: ulimit -u, TasksMax of a systemd unit, the pids limit of a container; "
          "plugins and other programs of that user count, too"};
}

} // namespace davit
