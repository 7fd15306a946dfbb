// One migration of a run: its phases, its transaction, its ledger row.
#pragma once

#include "lifecycle/run_parts.hpp"

namespace davit::lifecycle {

// Applies or reverts one migration, its post phase included. On failure everything of it is rolled back (or, without a
// transaction, recorded as partial), on_error has fired, the ledger has the failure, and the error's `state` says what
// is true now.
void migrate(const run_parts &parts, const migration::step &s, place_in_run place);

} // namespace davit::lifecycle
