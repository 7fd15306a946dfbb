#include "cli/doctor/findings.hpp"

#include <algorithm>

namespace davit::cli::doctor {

std::string_view name_of(level l) {
  switch (l) {
  case level::ok: return "ok";
  case level::warn: return "warn";
  case level::fail: return "fail";
  }
  return "";
}

void findings::ok(std::string name, std::string found, std::string what_to_do) {
  all_.push_back({std::move(name), level::ok, std::move(found), std::move(what_to_do)});
}

void findings::warn(std::string name, std::string found, std::string what_to_do) {
  all_.push_back({std::move(name), level::warn, std::move(found), std::move(what_to_do)});
}

void findings::fail(std::string name, std::string found, std::string what_to_do, exit_code exit) {
  all_.push_back({std::move(name), level::fail, std::move(found), std::move(what_to_do), exit});
}

void findings::fail(std::string name, const error &e) {
  const std::string where = to_string(e.where);
  std::string found = (where.empty() ? "" : where + ": ") + e.message;
  if (!e.sqlstate.empty()) found += " [" + e.sqlstate + "]";
  fail(std::move(name), std::move(found),
       e.hint.empty() ? "davit explain " + std::string(davit::name_of(e.code)) + " tells more" : e.hint,
       exit_of(e.code));
}

bool findings::attempt(const std::string &name, const std::function<void()> &check) {
  try {
    check();
    return true;
  } catch (const error &e) {
    fail(name, e);
    return false;
  }
}

std::size_t findings::count(level l) const {
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [l](const auto &f) { return f.how == l; }));
}

exit_code findings::exit() const {
  const auto at = std::find_if(all_.begin(), all_.end(), [](const auto &f) { return f.how == level::fail; });
  return at == all_.end() ? exit_code::ok : at->exit;
}

} // namespace davit::cli::doctor
