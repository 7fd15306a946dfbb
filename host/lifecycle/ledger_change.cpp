#include "lifecycle/ledger_change.hpp"

#include "ledger/progress.hpp"
#include "lifecycle/identity.hpp"

#include <chrono>

namespace davit::lifecycle {

ledger_change::ledger_change(const config::settings &settings, observer &show)
    : settings_(settings), sessions_(settings, targets_, never_, show),
      ledger_(sessions_.lock(), settings.ledger.schema) {
  sessions_.take_run_lock();
  if (!ledger_.version()) return;
  ledger_.ensure();
  sessions_.wait_for_session_in_progress();
  ledger::progress(sessions_.lock(), settings.ledger.schema).settle();
}

std::string ledger_change::record(const std::string &command, const std::string &outcome, const std::string &message,
                                  const std::function<void(const std::string &run)> &change) {
  using namespace std::chrono;
  const std::string run = new_uuid();
  const machine_identity here = identify_machine();
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  bool committing = false;
  try {
    ledger_.ensure();
    session().exec("BEGIN");
    ledger_.start_run({run, command, settings_.environment, here.host, here.user, here.davit_version,
                       settings_.run.hint, settings_.run.hint_owner, settings_.run.hint_token, "[]", now});
    change(run);
    ledger_.finish_run(run, {outcome, message, {}});
    committing = true;
    session().exec("COMMIT");
  } catch (error &e) {
    e.state = committing && e.code == error_code::connection_lost
                  ? "the answer to COMMIT was lost: davit history shows whether run " + run + " is recorded"
                  : "nothing was recorded";
    throw;
  }
  return run;
}

} // namespace davit::lifecycle
