#include "lifecycle/rehearsal/transaction.hpp"

namespace davit::lifecycle {

using postgres::transaction_status;

postgres::connection &rehearsal_transaction::open() {
  postgres::connection &c = sessions_.run();
  if (pid_ != c.backend_pid()) {
    begin(c);
    return c;
  }
  if (!c.alive())
    throw error(error_code::connection_lost, "the session that the rehearsal ran on was lost",
                "check that the server runs, then rehearse again");
  if (c.transaction_status() == transaction_status::idle)
    throw error(error_code::transaction_ended, "something ended the transaction of the rehearsal",
                "look at the database before anything else: what was rehearsed may be committed");
  return c;
}

void rehearsal_transaction::begin(postgres::connection &c) {
  if (!began_) began_ = clock::now();
  try {
    c.exec("BEGIN");
    const auto r = c.exec(sessions_.transaction_setup());
    xid_ = r.text(0, r.columns() - 1);
    pid_ = c.backend_pid();
  } catch (const error &) {
    sessions_.drop_run(); // whatever it had begun ends with it
    throw;
  }
}

bool rehearsal_transaction::usable() const {
  if (!pid_ || sessions_.run_pid() != pid_) return sessions_.usable();
  return sessions_.usable_inside();
}

void rehearsal_transaction::roll_back() noexcept {
  ended_ = clock::now();
  if (!pid_ || sessions_.run_pid() != pid_) return;
  try {
    auto &c = sessions_.run();
    if (c.transaction_status() != transaction_status::idle) c.exec("ROLLBACK");
    ended_ = clock::now();
  } catch (const std::exception &) {
    sessions_.drop_run(); // the server rolls back what a lost session had begun
  }
  pid_.reset();
}

std::chrono::microseconds rehearsal_transaction::held() const {
  if (!began_) return {};
  return std::chrono::duration_cast<std::chrono::microseconds>(ended_.value_or(clock::now()) - *began_);
}

} // namespace davit::lifecycle
