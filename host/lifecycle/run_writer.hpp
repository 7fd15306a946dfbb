// What the ledger is told of a run: its row, what its handlers did, and how it ended.
#pragma once

#include "base/error.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/journal.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/sessions.hpp"

#include <optional>
#include <string>

namespace davit::lifecycle {

class run_writer {
public:
  // All outlive it.
  run_writer(lifecycle::sessions &sessions, ledger::ledger &ledger, lifecycle::journal &journal, observer &show)
      : sessions_(sessions), ledger_(ledger), journal_(journal), show_(show) {}

  // The run lock is held, and the tables are there.
  void begin(const ledger::run_record &row);
  bool begun() const { return run_.has_value(); }

  // What handlers did since it was last asked, and whether that has arrived; nothing before begin().
  void write_calls();

  // Before handlers are told of a failure, which may end davit; where the ledger is sure to take it soon.
  void note_failure(const std::string &outcome, const std::string &message);

  // What handlers did so far, likewise, before the next one is called.
  void note_calls();

  // On the session that is left. `row` is that of a run which has none yet, but is to have one. What cannot be written
  // is shown as a warning.
  void end(const ledger::run_end &end, const std::optional<ledger::run_record> &row);

private:
  void confirm_calls();
  void send_calls();
  void write_last_calls();
  void take_ledger();

  lifecycle::sessions &sessions_;
  ledger::ledger &ledger_;
  lifecycle::journal &journal_;
  observer &show_;
  std::optional<std::string> run_; // its id, when it has its row
};

// What the ledger did not take of what handlers did.
error of_journal(error e);

} // namespace davit::lifecycle
