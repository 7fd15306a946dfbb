// A change of the ledger that is no migration: under the run lock, and recorded as a run of its own.
#pragma once

#include "config/settings.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/sessions/sessions.hpp"

#include <functional>
#include <string>

namespace davit::lifecycle {

class ledger_change {
public:
  // Takes the run lock: no run may be under way. Tables that are there are upgraded, and what killed runs left is
  // settled. Throws error_code::locked, connect.
  ledger_change(const config::settings &settings, observer &show);

  // Empty if there is none yet; it is not created by looking.
  ledger::ledger &ledger() { return ledger_; }

  // Creates or upgrades the ledger, then does `change` and writes the run's row, all or nothing. Returns the run's id,
  // which `change` is given.
  std::string record(const std::string &command, const std::string &outcome, const std::string &message,
                     const std::function<void(const std::string &run)> &change);
  // The session to write on in `change`.
  postgres::connection &session() { return sessions_.lock(); }

private:
  const config::settings &settings_;
  interrupt never_; // signals end the process: the server rolls back
  cancel_targets targets_;
  sessions sessions_;
  ledger::ledger ledger_;
};

} // namespace davit::lifecycle
