#include "lifecycle/kept_session/set_again.hpp"

#include "sql/changed_setting.hpp"
#include "sql/characters.hpp"

#include <array>
#include <utility>

namespace davit::lifecycle {
namespace {

bool by_session(const std::string &source) { return source == "session"; }

// What a session begins with because of who connects to what, and how: ALTER DATABASE, ALTER ROLE, PGOPTIONS.
bool by_connecting(const std::string &source) {
  return source == "database" || source == "user" || source == "database user" || source == "client";
}

bool has_dot(const std::string &name) { return name.find('.') != std::string::npos; }

std::string show(postgres::connection &c, std::string_view name) {
  const auto r = c.query("SELECT pg_catalog.current_setting($1, true)", std::array{postgres::parameter(name)});
  return r.is_null(0, 0) ? std::string() : std::string(r.text(0, 0));
}

} // namespace

set_again::set_again(postgres::connection &c, const kept_session &then, std::set<std::string> anew,
                     std::string_view file)
    : c_(c), then_(then), anew_(std::move(anew)) {
  if (!then_.asked_for_more) return;
  auto named = settings_by_name(c_, file);
  not_asked_ = std::move(named.not_asked);
  for (const auto &[name, value] : named.values)
    if (!then_.settings.contains(name) && then_.not_asked.empty()) by_name_[name];
  const auto listed = settings_of(c_);
  for (const auto &[name, was] : then_.settings)
    if (has_dot(name) && !listed.contains(name)) by_name_[name] = was.value;
  for (const auto &name : then_.withheld) by_name_.erase(name);
}

// False where what follows sets it anyway.
bool set_again::set(const std::string &name, const std::string &value) try {
  c_.query("SELECT pg_catalog.set_config($1, $2, false)",
           std::array{postgres::parameter(name), postgres::parameter(value)});
  return true;
} catch (postgres::server_error &e) {
  if (e.code == error_code::connection_lost) throw;
  const bool who = name == "role" || name == "session_authorization";
  for (const auto &one : anew_)
    if (sql::equals_keyword(name, one) || (!who && one == sql::all_settings)) return false;
  e.message = "cannot set " + name + " as the session that stopped had it: " + e.message;
  refused_ = name;
  throw;
}

void set_again::set_by_name(changed_beginnings &out) {
  for (const auto &[name, value] : by_name_) {
    if (show(c_, name) == value) continue;
    if (set(name, value) && value.empty()) out.emptied.push_back(name);
  }
}

changed_beginnings set_again::settings() {
  changed_beginnings out;
  out.not_asked = not_asked_;
  encoding_ = own_settings_of(c_).at("client_encoding");
  c_.exec("SET client_encoding = 'UTF8'; RESET SESSION AUTHORIZATION; RESET ROLE");
  const auto now = settings_of(c_);
  const auto own = own_settings({});
  for (const auto &[name, was] : then_.settings) {
    if (own.contains(name) || by_name_.contains(name)) continue;
    const auto at = now.find(name);
    if (at == now.end()) { // its library is not loaded here
      if (by_session(was.source)) set(name, was.value);
      continue;
    }
    const auto &is = at->second;
    if (is.value == was.value) continue;
    // What only the server's own configuration says may have changed for a good reason.
    const bool files = by_session(was.source) || by_session(is.source);
    if (!files && !by_connecting(was.source) && !by_connecting(is.source)) continue;
    try {
      if (set(name, was.value) && !files) out.set_back.push_back(name);
    } catch (const postgres::server_error &e) {
      if (files || e.sqlstate != postgres::sqlstate::insufficient_privilege) throw;
      out.left.push_back(name);
    }
  }
  set_by_name(out);
  return out;
}

void set_again::settings_of_prepared(const std::string &name) {
  if (!then_.asked_for_more) return;
  const auto user = show(c_, "session_authorization");
  const auto role = show(c_, "role");
  settings();
  if (const auto at = then_.prepared.find(name); at != then_.prepared.end())
    for (const auto &[setting, value] : at->second) set(setting, value);
  if (user != c_.user()) set("session_authorization", user);
  if (role != show(c_, "role")) set("role", role);
  set("client_encoding", encoding_);
}

void set_again::roles() {
  if (!then_.user.empty()) set("session_authorization", then_.user);
  if (show(c_, "role") != then_.role) set("role", then_.role);
}

void set_again::own(const config::database_settings &ours) {
  const auto now = own_settings_of(c_);
  const auto as_ours = own_settings(ours);
  std::map<std::string, std::string> wanted;
  for (const auto &[name, is] : now) {
    const auto at = then_.settings.find(name);
    if (at != then_.settings.end())
      wanted[name] = by_session(at->second.source) ? at->second.value : as_ours.at(name);
    else
      wanted[name] = name == "client_encoding" ? encoding_ : is; // an older davit did not ask
  }
  const auto make = [&](const std::string &name) {
    if (wanted.at(name) != now.at(name)) set(name, wanted.at(name));
  };
  for (const auto &[name, value] : wanted)
    if (name != "client_encoding" && name != "statement_timeout") make(name);
  make("client_encoding");
  make("statement_timeout"); // it may be short
}

} // namespace davit::lifecycle
