#include "lifecycle/run_writer.hpp"

namespace davit::lifecycle {

error of_journal(error e) {
  e.message = "what handlers did could not be recorded in the ledger: " + e.message;
  return e;
}

void run_writer::begin(const ledger::run_record &row) {
  ledger_.start_run(row);
  run_ = row.id;
}

void run_writer::confirm_calls() {
  try {
    ledger_.hook_calls_written();
  } catch (const error &) {
    journal_.unsent();
    throw;
  }
  journal_.written();
}

void run_writer::send_calls() {
  if (!run_) return;
  confirm_calls();
  if (journal_.empty()) return;
  ledger_.add_hook_calls(*run_, journal_.pending(), journal_.pending_paid());
  journal_.sent();
}

void run_writer::write_calls() {
  try {
    send_calls();
  } catch (const error &e) {
    if (e.code == error_code::connection_lost) sessions::lock_lost(); // it was that session
    throw error(of_journal(e));
  }
}

// What handlers did is less than what became of the run.
void run_writer::write_last_calls() {
  try {
    send_calls();
    confirm_calls();
  } catch (const error &e) {
    if (e.code == error_code::connection_lost) throw;
    show_.warning(of_journal(e).message);
  }
}

void run_writer::take_ledger() {
  try {
    confirm_calls();
  } catch (const error &) {
    // what has not arrived is sent again, and on another session if this one was lost
  }
  ledger_.use(sessions_.witness());
  if (run_ && journal_.in_doubt()) journal_.settle(ledger_.count_hook_calls(*run_));
}

void run_writer::note_failure(const std::string &outcome, const std::string &message) {
  if (!run_ || !sessions_.usable()) return;
  try {
    take_ledger();
    ledger_.finish_run(*run_, {outcome, message, {}});
  } catch (const error &) {
    // the same is written at the end, with all else, where it is told if it cannot be
  }
}

void run_writer::note_calls() {
  if (!run_ || !sessions_.usable()) return;
  try {
    take_ledger();
    send_calls();
    confirm_calls();
  } catch (const error &) {
    // likewise
  }
}

void run_writer::end(const ledger::run_end &end, const std::optional<ledger::run_record> &row) {
  try {
    take_ledger();
    if (!run_ && row) begin(*row);
    write_last_calls();
    if (!run_) return;
    const auto why = ledger_.finish_run(*run_, end);
    if (!why.empty()) show_.warning("the stats of the run could not be recorded in the ledger: " + why);
  } catch (const error &e) {
    show_.warning("the end of the run could not be recorded in the ledger: " + e.message);
  }
}

} // namespace davit::lifecycle
