// Fires a phase: its handlers one after another, each with its failure policy.
#pragma once

#include "lifecycle/aftercare.hpp"
#include "lifecycle/interrupt.hpp"
#include "lifecycle/journal.hpp"
#include "lifecycle/observer.hpp"
#include "plugin/call.hpp"
#include "plugin/phases.hpp"
#include "plugin/plugin_set.hpp"

#include <string_view>

namespace davit::lifecycle {

class dispatcher {
public:
  dispatcher(const plugin::plugin_set &plugins, plugin::sessions &s, const interrupt &stop, observer &show,
             journal &log)
      : plugins_(plugins), sessions_(s), stop_(stop), show_(show), journal_(log), care_(plugins, s, show) {}

  plugin::run_facts run;
  plugin::info_facts info;
  plugin::stat_store stats;

  // Throws what ends the phase: hook_failed, hook_deadline or hook_veto with plugin, handler and phase, or the
  // interrupt; at phases whose failures are only logged, nothing.
  void fire(std::string_view phase, plugin::sql_scope scope, const plugin::migration_facts *migration = nullptr,
            const error *failure = nullptr);

  // After the last phase of the run.
  void settle() { care_.settle(); }

  bool has_handlers(std::string_view phase) const { return !plugins_.at(phase).empty(); }

private:
  void refresh_info(plugin::sql_scope scope);
  void call(const plugin::binding &b, const plugin::phase_row &row, const plugin::occasion &when);

  const plugin::plugin_set &plugins_;
  plugin::sessions &sessions_;
  const interrupt &stop_;
  observer &show_;
  journal &journal_;
  aftercare care_;
};

} // namespace davit::lifecycle
