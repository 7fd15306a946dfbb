// A statement of the run session is attended while it runs.
#pragma once

#include "lifecycle/sessions/lock_holders.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/supervision/interrupt.hpp"

namespace davit::lifecycle {

// While this lives, what the run session runs is cancelled once the run is told to stop or the run lock is lost; again
// and again, as a request may come a moment before the statement does, and then it is lost. Whose lock it waits for is
// shown.
class attended {
public:
  attended(sessions &s, const interrupt &stop, observer &show);
  ~attended();
  attended(const attended &) = delete;
  attended &operator=(const attended &) = delete;

  // Adds to a lock timeout who held the lock. Throws that the run lock was lost, if it was cancelled because of that.
  void explain(postgres::server_error &e) const;
  // The same for a statement that is about davit's own tables.
  void explain_ledger(postgres::server_error &e) const;

private:
  void look(postgres::connection &lock, const interrupt &stop);
  void require_lock(const postgres::server_error &e) const;

  postgres::connection &run_;
  lock_holders holders_;
  bool lock_lost_ = false;
  unsigned ticks_ = 0; // since it is to be cancelled
};

} // namespace davit::lifecycle
