#include "plugin/savepoint_channel.hpp"

#include <davit/plugin.h>

namespace davit::plugin {
namespace {

using postgres::transaction_status;

// Cannot be switched back inside the savepoint, and ends with it.
constexpr std::string_view read_only = "SET LOCAL transaction_read_only = on";

} // namespace

postgres::connection &savepoint_channel::ready() {
  if (!c_) {
    postgres::connection &c = session();
    c.exec("SAVEPOINT davit_handler");
    c_ = &c;
    before_ = read_settings(c);
    if (rights() == access::read) c.exec(read_only);
  }
  require_alive(*c_);
  if (c_->transaction_status() == transaction_status::aborted)
    throw call_error(DAVIT_ERR_STATE, "the transaction is aborted by an earlier error",
                     "call undo to go back to where the handler began");
  return *c_;
}

void savepoint_channel::undo() {
  if (!c_) return; // nothing was done yet
  end_stream();
  require_alive(*c_);
  c_->exec("ROLLBACK TO SAVEPOINT davit_handler");
  if (rights() == access::read) c_->exec(read_only);
}

void savepoint_channel::roll_back() {
  c_->exec("ROLLBACK TO SAVEPOINT davit_handler; RELEASE SAVEPOINT davit_handler");
  c_ = nullptr;
}

void savepoint_channel::finish(bool keep) {
  if (!c_) return;
  end_stream();
  require_alive(*c_);
  if (c_->transaction_status() == transaction_status::idle)
    throw error(error_code::transaction_ended, "the migration's transaction was ended while the handler ran",
                "handlers must not commit or roll back");
  if (!keep) return roll_back();
  if (c_->transaction_status() == transaction_status::aborted) {
    roll_back();
    throw call_error(DAVIT_ERR_STATE, "the handler returned success with an aborted transaction",
                     "return an error, or call undo");
  }
  try {
    check_();
    const session_settings now = read_settings(*c_);
    if (before_->transaction != now.transaction)
      throw error(error_code::transaction_ended, "the migration's transaction was replaced while the handler ran",
                  "handlers must not commit or roll back");
    restore_settings(*c_, *before_, now, true);
    c_->exec("RELEASE SAVEPOINT davit_handler");
    c_ = nullptr;
  } catch (const error &e) {
    if (e.code != error_code::transaction_ended && c_->alive()) roll_back();
    throw;
  }
}

} // namespace davit::plugin
