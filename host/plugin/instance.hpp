// One [[plugins]] entry, alive: its library, configuration, rights, and the handlers that its init declared.
#pragma once

#include "config/settings.hpp"
#include "plugin/call_sql.hpp"
#include "plugin/configuration.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/library.hpp"
#include "plugin/process_state.hpp"
#include "plugin/secrets.hpp"
#include "plugin/watch.hpp"

#include <davit/plugin.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

struct handler {
  std::string name;
  davit_handler_fn call;
  void *user;
  bool dry_run_safe;
  bool cut_over_safe;
};

struct self_binding {
  std::string handler, phase;
  std::int32_t priority;
};

// One line of a plugin's, from any thread: level (DAVIT_LOG_…), instance, text without secrets.
using log_sink = std::function<void(int level, std::string_view instance, std::string_view text)>;

// What instances share during one run of the program; outlives them.
struct services {
  log_sink log;
  watch supervision;
  plugin::secrets secrets;
  std::chrono::milliseconds grace{5000};  // between a deadline and giving up on code that does not return
  std::optional<process_state> process{}; // as it was before the first plugin was loaded
  log_sink last_word{};                   // as log, but waits for no reader: the process is about to be left
};

class instance {
public:
  // Loads, validates and initialises. Throws davit::error that names the plugin.
  instance(const config::plugin_settings &settings, const std::filesystem::path &base, services &shared);
  ~instance(); // calls the plugin's destroy
  instance(const instance &) = delete;
  instance &operator=(const instance &) = delete;

  const std::string &name() const { return name_; }
  const plugin::library &library() const { return *library_; }
  const plugin::descriptor &descriptor() const { return descriptor_; }
  const std::vector<std::string> &capabilities() const { return capabilities_; } // granted
  access rights() const { return rights_; }
  // Whether it declares to act outside of the database: net, exec.
  bool acts_outside() const;
  const std::vector<handler> &handlers() const { return handlers_; }
  const handler *find_handler(std::string_view name) const;
  const std::vector<self_binding> &self_bindings() const { return self_bindings_; }
  services &shared() const { return services_; }

  // One of its handlers does not return: none of its others may be called, and it is never destroyed.
  void abandon() { abandoned_ = true; }
  bool abandoned() const { return abandoned_; }

  // For the host table.
  const configuration &config() const { return *config_; }
  void declare(handler h) { handlers_.push_back(std::move(h)); }
  void bind(self_binding b) { self_bindings_.push_back(std::move(b)); }

private:
  void grant(const config::plugin_settings &settings);
  void initialise();
  std::function<void(std::string_view)> teller() const;
  void put_process_back(std::string_view when) const;

  std::string name_;
  services &services_;
  std::chrono::milliseconds patience_; // with loading, init and destroy
  const plugin::library *library_ = nullptr;
  plugin::descriptor descriptor_;
  std::unique_ptr<configuration> config_;
  std::vector<std::string> capabilities_;
  access rights_ = access::none;
  std::vector<handler> handlers_;
  std::vector<self_binding> self_bindings_;
  davit_host host_{};
  void *self_ = nullptr;
  bool initialised_ = false;
  std::atomic<bool> abandoned_{false};
};

} // namespace davit::plugin
