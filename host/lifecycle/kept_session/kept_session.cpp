#include "lifecycle/kept_session/kept_session.hpp"

#include "config/mask.hpp"
#include "ledger/edited.hpp"

#include <nlohmann/json.hpp>

namespace davit::lifecycle {
namespace {

using nlohmann::json;

bool may_be_secret(const std::string &name, const std::string &value) {
  if (name.find('.') == std::string::npos) return false;
  for (const auto &text : {name + " = \"value\"", name + " = \"" + value + "\""})
    if (config::mask_secrets(text).text != text) return true;
  return false;
}

} // namespace

void withhold_secrets(kept_session &kept) {
  std::erase_if(kept.settings, [&kept](const auto &entry) {
    const auto &[name, one] = entry;
    if (!may_be_secret(name, one.value)) return false;
    if (one.source == "session") kept.withheld.push_back(name);
    return true;
  });
}

std::string to_json(const kept_session &kept) {
  json all = json::object();
  for (const auto &[name, one] : kept.settings) all[name] = {one.value, one.source};
  json j{{"settings", std::move(all)}, {"user", kept.user}, {"role", kept.role}, {"withheld", kept.withheld}};
  if (!kept.prepared.empty()) j["prepared"] = kept.prepared;
  if (kept.asked_for_more) {
    j["objects"] = json::array();
    for (const auto &one : kept.objects) j["objects"].push_back({one.kind, one.name});
    j["not_asked"] = kept.not_asked;
  }
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
  if (const auto at = j.find("prepared"); at != j.end()) at->get_to(out.prepared);
  out.asked_for_more = j.contains("objects");
  if (!out.asked_for_more) return out;
  for (const auto &one : j.at("objects"))
    out.objects.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
  j.at("not_asked").get_to(out.not_asked);
  return out;
} catch (const json::exception &e) {
  throw ledger::edited("migration", std::string("session_settings that cannot be read (") + e.what() + ")");
}

} // namespace davit::lifecycle
