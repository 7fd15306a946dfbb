// A whole run: sessions, lock, ledger, phases in order, and exactly one of success and failure at its end.
#pragma once

#include "config/settings.hpp"
#include "lifecycle/cancel_targets.hpp"
#include "lifecycle/interrupt.hpp"
#include "lifecycle/observer.hpp"
#include "migration/plan.hpp"
#include "plugin/plugin_set.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace davit::lifecycle {

using request = std::variant<migration::up_options, migration::down_options>;

// The steps that a request comes to. Throws as migration::plan_up and plan_down do.
std::vector<migration::step> steps_for(const request &what, const migration::folder &folder,
                                       const std::vector<migration::recorded> &ledger);

struct run_outcome {
  std::string run;     // its UUID
  std::string outcome; // applied, reverted, nothing_to_do, failed, vetoed, interrupted, deadline
  std::vector<migration::step> planned;
  std::size_t done = 0; // of `planned`, from its beginning
  std::string stats_json;
  std::optional<error> failure;
  std::chrono::microseconds duration{0};
};

// Runs on the calling thread. Failures of the run are in the outcome; what happens before `startup` (no connection) is
// thrown.
run_outcome run(const config::settings &settings, const plugin::plugin_set &plugins, const request &what,
                const interrupt &stop, cancel_targets &targets, observer &show);

} // namespace davit::lifecycle
