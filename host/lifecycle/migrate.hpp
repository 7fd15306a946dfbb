// One migration of a run: its phases, its transaction, its ledger row.
#pragma once

#include "lifecycle/dispatcher.hpp"
#include "lifecycle/sessions.hpp"
#include "migration/plan.hpp"

#include <cstddef>
#include <functional>

namespace davit::lifecycle {

struct run_parts {
  const config::settings &settings;
  lifecycle::sessions &sessions;
  lifecycle::dispatcher &dispatcher;
  ledger::ledger &ledger;
  const interrupt &stop;
  observer &show;
  std::function<void()> committed; // called once the migration is in the database, before its post phase
};

// Applies or reverts one migration, its post phase included. On failure everything of it is rolled back (or, without a
// transaction, recorded as partial), on_error has fired, the ledger has the failure, and the error's `state` says what
// is true now.
void migrate(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of);

} // namespace davit::lifecycle
