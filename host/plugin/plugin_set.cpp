#include "plugin/plugin_set.hpp"

#include "base/nearest.hpp"
#include "config/complaint.hpp"

#include <algorithm>
#include <set>

namespace davit::plugin {
namespace {

std::string joined(const std::vector<std::string> &list) {
  std::string out;
  for (const auto &item : list) out += (out.empty() ? "" : ", ") + item;
  return out;
}

const config::plugin_settings &settings_of(const config::settings &all, std::string_view name) {
  return *std::find_if(all.plugins.begin(), all.plugins.end(), [&](const auto &p) { return p.name == name; });
}

} // namespace

void plugin_set::load(const config::settings &settings, services &shared, const refusal &tell) {
  shared.grace = settings.run.grace;
  if (!settings.plugins.empty() && !shared.process) shared.process.emplace();
  if (shared.process) environment_ = &shared.process->environment();
  bool all = true;
  for (const auto &p : settings.plugins) {
    if (!p.environments.empty() &&
        std::find(p.environments.begin(), p.environments.end(), settings.environment) == p.environments.end()) {
      left_out_.push_back({p.name, "only for environment " + joined(p.environments)});
      continue;
    }
    try {
      instances_.push_back(std::make_unique<instance>(p, settings.file.parent_path(), shared));
    } catch (const error &e) {
      if (!tell) throw;
      tell(e);
      all = false;
    }
  }
  if (all) bind(settings);
}

void plugin_set::bind(const config::settings &settings) {
  add_self_bindings(settings);
  std::set<std::size_t> taken; // self-bindings that an entry has overridden
  for (const auto &hook : settings.hooks) add_hook(hook, settings, taken);
  std::erase_if(bindings_, [](const binding &b) { return !b.enabled; });
  const auto place = [this](const binding &b) {
    return std::find_if(instances_.begin(), instances_.end(), [&](const auto &i) { return i.get() == b.owner; }) -
           instances_.begin();
  };
  std::stable_sort(bindings_.begin(), bindings_.end(), [&](const binding &a, const binding &b) {
    return std::tuple(a.priority, place(a), !a.self_bound) < std::tuple(b.priority, place(b), !b.self_bound);
  });
  for (binding &b : bindings_) {
    b.who = "plugin '" + b.owner->name() + "', handler '" + b.what->name + "' at " + b.phase;
    at_[place_of(*find_phase(b.phase))].push_back(&b);
  }
}

plugin_set::~plugin_set() {
  while (!instances_.empty()) instances_.pop_back();
}

void plugin_set::add_self_bindings(const config::settings &settings) {
  for (const auto &i : instances_) {
    const auto &p = settings_of(settings, i->name());
    for (const auto &b : i->self_bindings())
      bindings_.push_back({i.get(),
                           i->find_handler(b.handler),
                           i->name() + "." + b.handler,
                           b.phase,
                           b.priority,
                           p.deadline,
                           p.on_failure,
                           {},
                           "{}",
                           true,
                           true});
  }
}

void plugin_set::add_hook(const config::hook_settings &hook, const config::settings &settings,
                          std::set<std::size_t> &taken) {
  const auto at =
      std::find_if(instances_.begin(), instances_.end(), [&](const auto &i) { return i->name() == hook.plugin; });
  if (at == instances_.end())
    return; // of another environment; a name that davit.toml lacks was refused when it was read
  instance &owner = **at;
  const handler *what = owner.find_handler(hook.handler);
  if (!what) {
    std::vector<std::string_view> names;
    for (const auto &h : owner.handlers()) names.push_back(h.name);
    throw config::complaint(error_code::config_unknown, hook.handler_where,
                            "plugin '" + owner.name() + "' has no handler '" + hook.handler + "'",
                            names.empty() ? "it declares none" : did_you_mean(hook.handler, names));
  }
  const auto &p = settings_of(settings, owner.name());
  std::size_t target = bindings_.size();
  for (std::size_t i = 0; i < bindings_.size() && target == bindings_.size(); ++i)
    if (const binding &b = bindings_[i];
        b.self_bound && b.what == what && b.phase == hook.phase && taken.insert(i).second)
      target = i;
  if (target == bindings_.size())
    bindings_.push_back({&owner,
                         what,
                         owner.name() + "." + what->name,
                         hook.phase,
                         0,
                         p.deadline,
                         p.on_failure,
                         {},
                         "{}",
                         false,
                         true});
  binding &b = bindings_[target];
  if (!hook.id.empty()) b.id = hook.id;
  if (hook.priority) b.priority = *hook.priority;
  if (hook.deadline) b.deadline = *hook.deadline;
  if (hook.on_failure) b.on_failure = *hook.on_failure;
  b.enabled = hook.enabled;
  if (!hook.args.absent()) {
    b.args = hook.args;
    b.args_json = to_json(hook.args);
  }
}

std::vector<left_out> plugin_set::without_part() const {
  auto out = left_out_;
  for (const auto &i : instances_)
    if (std::none_of(bindings_.begin(), bindings_.end(), [&](const binding &b) { return b.owner == i.get(); }))
      out.push_back({i->name(), "none of its handlers is bound to a phase"});
  return out;
}

} // namespace davit::plugin
