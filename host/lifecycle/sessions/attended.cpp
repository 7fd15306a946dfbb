#include "lifecycle/sessions/attended.hpp"

#include <chrono>

namespace davit::lifecycle {

attended::attended(sessions &s, const interrupt &stop, observer &show)
    : run_(s.run()), holders_(s.lock(), run_.backend_pid(), [&show](const std::string &what) { show.waiting(what); }) {
  // A short lock_timeout must not strike before anybody has looked.
  run_.while_waiting(
      std::chrono::milliseconds(20), [this, &lock = s.lock(), &stop] { look(lock, stop); }, s.lock().socket());
}

attended::~attended() { run_.while_waiting({}, nullptr); }

void attended::look(postgres::connection &lock, const interrupt &stop) {
  lock_lost_ = !lock.still_alive();
  if (!stop.raised() && !lock_lost_) {
    if (!lock.awaits_answer()) holders_.look(); // else this may be the answer
    return;
  }
  if (ticks_++ % 5 == 0) run_.cancel()->request();
}

void attended::require_lock(const postgres::server_error &e) const {
  if (e.sqlstate == postgres::sqlstate::query_canceled && lock_lost_) sessions::lock_lost();
}

void attended::explain_ledger(postgres::server_error &e) const {
  require_lock(e);
  explain_wait(e, holders_.seen());
}

void attended::explain(postgres::server_error &e) const {
  require_lock(e);
  holders_.explain(e);
}

} // namespace davit::lifecycle
