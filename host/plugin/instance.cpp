#include "plugin/instance.hpp"

#include "base/nearest.hpp"
#include "plugin/bounded_call.hpp"
#include "plugin/foreign_code.hpp"
#include "plugin/host_table.hpp"
#include "plugin/leaving.hpp"

#include <algorithm>
#include <optional>

namespace davit::plugin {

instance::instance(const config::plugin_settings &settings, const std::filesystem::path &base, services &shared)
    : name_(settings.name), services_(shared), patience_(patience_for(settings.deadline, shared.grace)) {
  std::string file;
  try {
    const auto path = find_library(settings.path, base);
    file = path.string();
    bounded_call limit("plugin '" + name_ + "'", "loading it", patience_, teller());
    library_ = &load_library(path, {settings.sha256, settings.allow_writable, "plugin '" + name_ + "'"});
    descriptor_ = read_descriptor(*library_->descriptor, "plugin '" + name_ + "', the descriptor of " + file);
    config_ = std::make_unique<configuration>(settings.config, descriptor_.keys, settings.where, base.string());
    services_.secrets.add(config_->secrets());
    grant(settings);
    limit.at("its init");
    initialise();
    put_process_back("while it was loaded");
  } catch (error &e) {
    put_process_back("while it was loaded");
    e.plugin = name_;
    e.message =
        services_.secrets.scrub("plugin '" + name_ + "'" + (file.empty() ? "" : " (" + file + ")") + ": " + e.message);
    if (e.where.file.empty()) e.where = settings.where;
    throw;
  }
}

void instance::put_process_back(std::string_view when) const {
  if (!services_.process) return;
  const auto changed = services_.process->restore("plugin '" + name_ + "', " + std::string(when));
  if (!changed.empty()) services_.log(DAVIT_LOG_WARN, name_, std::string(when) + " " + describe_changes(changed));
}

// Shown at once, as the process may be about to end.
std::function<void(std::string_view)> instance::teller() const {
  return [this](std::string_view line) {
    const int level = decided_status() ? DAVIT_LOG_WARN : DAVIT_LOG_ERROR; // then nothing depends on it
    (services_.last_word ? services_.last_word : services_.log)(level, name_, line);
  };
}

instance::~instance() {
  if (!initialised_ || abandoned_ || !descriptor_.destroy) return;
  std::optional<bounded_call> limit;
  try {
    limit.emplace("plugin '" + name_ + "'", "its destroy", patience_, teller());
  } catch (const error &e) {
    services_.log(DAVIT_LOG_ERROR, name_, "its destroy is not called: " + e.message);
    return;
  }
  if (!catch_foreign("plugin '" + name_ + "', destroy", [this] { descriptor_.destroy(self_); }).empty())
    services_.log(DAVIT_LOG_ERROR, name_, "its destroy threw an exception");
  limit.reset();
  put_process_back("in its destroy");
}

void instance::grant(const config::plugin_settings &settings) {
  std::vector<std::string_view> declared;
  for (const auto &c : descriptor_.capabilities) declared.push_back(c.name);
  for (const auto &wanted : settings.grant.value_or(std::vector<std::string>{}))
    if (std::find(declared.begin(), declared.end(), wanted) == declared.end())
      throw error(error_code::config_value, "grant has '" + wanted + "', which the plugin does not ask for",
                  did_you_mean(wanted, declared), settings.where);
  for (const auto &c : descriptor_.capabilities) {
    const bool granted =
        !settings.grant || std::find(settings.grant->begin(), settings.grant->end(), c.name) != settings.grant->end();
    if (granted)
      capabilities_.push_back(c.name);
    else if (!c.optional)
      throw error(error_code::plugin_capability, "it requires '" + c.name + "', which grant in davit.toml leaves out",
                  "add it to grant, or remove the plugin", settings.where);
  }
  const auto has = [this](const char *c) {
    return std::find(capabilities_.begin(), capabilities_.end(), c) != capabilities_.end();
  };
  rights_ = has("db.write") ? access::write : has("db.read") ? access::read : access::none;
}

bool instance::acts_outside() const {
  return std::any_of(descriptor_.capabilities.begin(), descriptor_.capabilities.end(),
                     [](const capability &c) { return c.name == "net" || c.name == "exec"; });
}

const handler *instance::find_handler(std::string_view name) const {
  const auto at = std::find_if(handlers_.begin(), handlers_.end(), [&](const handler &h) { return h.name == name; });
  return at == handlers_.end() ? nullptr : &*at;
}

void instance::initialise() {
  host_ = make_host_table(*this);
  const init_outcome outcome = call_init(host_, descriptor_.init, *this, self_);
  if (outcome.status != DAVIT_OK)
    throw error(error_code::plugin_init,
                "its init failed: " + (outcome.text.empty()
                                           ? "status " + std::to_string(outcome.status) + ", without a reason"
                                           : outcome.text),
                "nothing was touched; check the plugin's configuration, or remove it from davit.toml");
  initialised_ = true;
}

} // namespace davit::plugin
