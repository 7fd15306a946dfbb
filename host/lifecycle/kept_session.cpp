#include "lifecycle/kept_session.hpp"

#include "config/mask.hpp"
#include "ledger/edited.hpp"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace davit::lifecycle {
namespace {

using nlohmann::json;
using settings = std::map<std::string, kept_session::setting>;

// Everything is qualified: search_path may be anyone's. What a transaction has of its own, and what davit sets itself,
// is not the file's.
constexpr std::string_view settings_sql = R"sql(
SELECT name, setting, source FROM pg_catalog.pg_settings
WHERE context OPERATOR(pg_catalog.=) ANY ('{user,superuser}'::pg_catalog.text[])
  AND name OPERATOR(pg_catalog.<>) ALL ('{application_name,client_encoding,standard_conforming_strings,lock_timeout,
    statement_timeout,transaction_timeout,idle_session_timeout,idle_in_transaction_session_timeout,
    transaction_isolation,transaction_read_only,transaction_deferrable}'::pg_catalog.text[])
)sql";

constexpr std::string_view reset_roles = "RESET SESSION AUTHORIZATION; RESET ROLE";

bool by_session(const std::string &source) { return source == "session"; }

// What a session begins with because of who connects to what, and how: ALTER DATABASE, ALTER ROLE, PGOPTIONS.
bool by_connecting(const std::string &source) {
  return source == "database" || source == "user" || source == "database user" || source == "client";
}

bool may_be_secret(const std::string &name) {
  return name.find('.') != std::string::npos &&
         config::mask_secrets(name + " = \"value\"").text.find("****") != std::string::npos;
}

settings settings_of(postgres::connection &c) {
  settings out;
  const auto r = c.exec(settings_sql);
  for (int i = 0; i < r.rows(); ++i)
    out[std::string(r.text(i, 0))] = {std::string(r.text(i, 1)), std::string(r.text(i, 2))};
  return out;
}

std::string show(postgres::connection &c, std::string_view name) {
  return std::string(
      c.query("SELECT pg_catalog.current_setting($1)", std::array{postgres::parameter(name)}).text(0, 0));
}

void set(postgres::connection &c, const std::string &name, const std::string &value) try {
  c.query("SELECT pg_catalog.set_config($1, $2, false)",
          std::array{postgres::parameter(name), postgres::parameter(value)});
} catch (postgres::server_error &e) {
  if (e.code != error_code::connection_lost)
    e.message = "cannot set " + name + " as the session that stopped had it: " + e.message;
  throw;
}

} // namespace

// Not every role is shown all settings.
kept_session ask_session(postgres::connection &c) {
  kept_session out;
  c.exec("SET statement_timeout = 0");
  out.user = show(c, "session_authorization");
  if (out.user == c.user()) out.user.clear();
  out.role = show(c, "role");
  c.exec(reset_roles);
  out.settings = settings_of(c);
  withhold_secrets(out);
  return out;
}

void withhold_secrets(kept_session &kept) {
  std::erase_if(kept.settings, [&kept](const auto &entry) {
    const auto &[name, one] = entry;
    if (!may_be_secret(name)) return false;
    if (by_session(one.source)) kept.withheld.push_back(name);
    return true;
  });
}

std::string to_json(const kept_session &kept) {
  json all = json::object();
  for (const auto &[name, one] : kept.settings) all[name] = {one.value, one.source};
  const json j{{"settings", std::move(all)}, {"user", kept.user}, {"role", kept.role}, {"withheld", kept.withheld}};
  return j.dump(-1, ' ', true);
}

kept_session read_kept_session(const std::string &text) try {
  const json j = json::parse(text);
  kept_session out;
  for (const auto &[name, one] : j.at("settings").items())
    out.settings[name] = {one.at(0).get<std::string>(), one.at(1).get<std::string>()};
  j.at("user").get_to(out.user);
  j.at("role").get_to(out.role);
  j.at("withheld").get_to(out.withheld);
  return out;
} catch (const json::exception &e) {
  throw ledger::edited("migration", std::string("session_settings that cannot be read (") + e.what() + ")");
}

changed_beginnings set_again(postgres::connection &c, const kept_session &then) {
  changed_beginnings out;
  c.exec(reset_roles);
  const settings now = settings_of(c);
  for (const auto &[name, was] : then.settings) {
    const auto at = now.find(name);
    if (at == now.end()) { // its library is not loaded here
      if (by_session(was.source)) set(c, name, was.value);
      continue;
    }
    const auto &is = at->second;
    if (is.value == was.value) continue;
    // What only the server's own configuration says may have changed for a good reason.
    const bool files = by_session(was.source) || by_session(is.source);
    if (!files && !by_connecting(was.source) && !by_connecting(is.source)) continue;
    try {
      set(c, name, was.value);
      if (!files) out.set_back.push_back(name);
    } catch (const postgres::server_error &e) {
      if (files || e.sqlstate != postgres::sqlstate::insufficient_privilege) throw;
      out.left.push_back(name);
    }
  }
  return out;
}

void set_roles_again(postgres::connection &c, const kept_session &then) {
  if (!then.user.empty()) set(c, "session_authorization", then.user);
  if (show(c, "role") != then.role) set(c, "role", then.role);
}

} // namespace davit::lifecycle
