// All plugins of davit.toml, and which handler is called at which phase in which order.
#pragma once

#include "config/settings.hpp"
#include "plugin/instance.hpp"
#include "plugin/misuse.hpp"
#include "plugin/phases.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

struct binding {
  instance *owner;
  const handler *what;
  std::string id;
  std::string phase;
  std::int32_t priority;
  std::chrono::milliseconds deadline; // 0: none
  config::failure_policy on_failure;
  config::node args;
  std::string args_json;
  bool self_bound;
  bool enabled;      // `enabled = false` of davit.toml takes a self-binding away
  std::string who{}; // for reports: plugin, handler and phase
  misuse *misused = &misuse::make();
};

struct left_out {
  std::string plugin;
  std::string why;
};

class plugin_set {
public:
  using refusal = std::function<void(const error &)>;

  plugin_set() = default;
  ~plugin_set(); // destroys the instances, latest first
  plugin_set(const plugin_set &) = delete;
  plugin_set &operator=(const plugin_set &) = delete;

  // Once. Loads what davit.toml lists for its environment. Throws davit::error that names the plugin, or the place of a
  // [[hooks]] entry that cannot be bound; what was loaded before stays until this goes, as its destroy may end the
  // process: the error has to be told by then. With `tell` plugins that cannot be loaded are told one by one instead,
  // and nothing is bound if there are any.
  void load(const config::settings &settings, services &shared, const refusal &tell = {});

  // In the order they are called: priority, the plugin's place in davit.toml, self-bound before davit.toml's.
  const std::vector<binding> &bindings() const { return bindings_; }
  const std::vector<const binding *> &at(const phase_row &phase) const { return at_[place_of(phase)]; }
  const std::vector<std::unique_ptr<instance>> &instances() const { return instances_; }
  const std::vector<left_out> &not_loaded() const { return left_out_; }
  // As it was before the first of them was loaded; null where none was to be.
  kept_environment *environment() const { return environment_; }
  // Those, and the loaded ones without a single handler at a phase.
  std::vector<left_out> without_part() const;

private:
  void bind(const config::settings &settings);
  void add_self_bindings(const config::settings &settings);
  void add_hook(const config::hook_settings &hook, const config::settings &settings, std::set<std::size_t> &taken);

  kept_environment *environment_ = nullptr;
  std::vector<std::unique_ptr<instance>> instances_;
  std::vector<binding> bindings_;
  std::array<std::vector<const binding *>, all_phases.size()> at_;
  std::vector<left_out> left_out_;
};

} // namespace davit::plugin
