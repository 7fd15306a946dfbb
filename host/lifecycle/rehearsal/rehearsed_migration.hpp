// One migration of a rehearsal: its phases and statements under a savepoint, its constraints checked, its session as a
// COMMIT would leave it.
#pragma once

#include "lifecycle/rehearsal/report.hpp"
#include "lifecycle/rehearsal/transaction.hpp"
#include "lifecycle/run_parts.hpp"

#include <optional>

namespace davit::lifecycle {

// Fires a phase outside of a migration's own savepoint; what its handlers leave to deferred constraints is checked.
using fire_between = std::function<void(plugin::phase phase, const plugin::migration_facts *, const error *failure)>;

struct rehearsal_parts {
  const run_parts &run; // its `committed` is called once the migration would be
  rehearsal_transaction &transaction;
  rehearsal_report &report;
  const fire_between &between;
};

// False where one transaction cannot show it: the report says why. Throws the migration's error; then everything of it
// is undone, and on_error has fired.
bool rehearse(const rehearsal_parts &parts, const migration::step &s, place_in_run place);

} // namespace davit::lifecycle
