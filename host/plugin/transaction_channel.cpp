#include "plugin/transaction_channel.hpp"

#include <davit/plugin.h>

namespace davit::plugin {

using postgres::transaction_status;

postgres::connection &transaction_channel::ready() {
  if (!c_) {
    postgres::connection &c = session();
    require_alive(c);
    c.exec("BEGIN");
    c_ = &c;
    if (!setup_.empty()) c.exec(setup_);
    // Read-only inside a savepoint: a transaction that has not read yet could still be switched back.
    if (rights() == access::read) c.exec("SET TRANSACTION READ ONLY; SAVEPOINT davit_handler");
  }
  require_alive(*c_);
  if (c_->transaction_status() == transaction_status::aborted)
    throw call_error(DAVIT_ERR_STATE, "the transaction is aborted by an earlier error",
                     "call undo to go back to where the handler began");
  return *c_;
}

void transaction_channel::roll_back() {
  postgres::connection &c = *c_;
  if (c.transaction_status() != transaction_status::idle) c.exec("ROLLBACK");
  reset();
  c_ = nullptr;
}

void transaction_channel::undo() {
  if (!c_) return; // nothing was done yet
  end_stream();
  require_alive(*c_);
  roll_back(); // the next statement begins anew
}

// A temporary table that stayed would take the rows that a migration means for a table of the same name. A request to
// cancel that was meant for COMMIT may come a moment too late.
void transaction_channel::reset() {
  const std::string fresh = c_->fresh_session_sql();
  try {
    c_->exec(fresh);
  } catch (const postgres::server_error &e) {
    if (e.sqlstate != postgres::sqlstate::query_canceled) throw;
    c_->exec(fresh);
  }
}

void transaction_channel::finish(bool keep) {
  if (!c_) return;
  end_stream();
  require_alive(*c_);
  if (!keep) return roll_back();
  if (c_->transaction_status() != transaction_status::in_transaction) {
    roll_back();
    throw call_error(DAVIT_ERR_STATE, "the handler returned success with an aborted transaction",
                     "return an error, or call undo");
  }
  try {
    c_->exec("COMMIT");
  } catch (const error &) {
    if (c_->alive()) roll_back();
    throw;
  }
  reset();
  c_ = nullptr;
}

} // namespace davit::plugin
