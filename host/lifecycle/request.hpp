// What a run is asked for, and the migrations that it comes to.
#pragma once

#include "migration/plan.hpp"

#include <variant>
#include <vector>

namespace davit::lifecycle {

using request = std::variant<migration::up_options, migration::down_options>;

// The steps that a request comes to. Throws as migration::plan_up and plan_down do.
std::vector<migration::step> steps_for(const request &what, const migration::folder &folder,
                                       const std::vector<migration::recorded> &ledger);

} // namespace davit::lifecycle
