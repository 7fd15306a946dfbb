// The statements of a migration without a transaction, one after another, and exactly how far they got.
#pragma once

#include "ledger/progress.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "migration/plan.hpp"
#include "migration/script.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace davit::lifecycle {

// A statement that may run in a transaction gets one of its own, whose id is in the ledger before COMMIT: whatever
// breaks then, the server knows whether it was done. One that may not is noted before it begins and after it has ended.
class stepwise {
public:
  struct parts {
    lifecycle::sessions &sessions;
    const interrupt &stop;
    observer &show;
    ledger::progress &progress;
    const std::string &schema; // of the ledger
    std::uint32_t lock_retries;
    const migration::version &id;
    const migration::script &script;
    std::function<void(const migration::statement &)> run; // on the run session, with all that belongs to it
  };

  // Goes on where `step` says.
  stepwise(const parts &p, const migration::step &step)
      : p_(p), step_(step), checksums_(p.script), done_(step.skip_statements), noted_(done_) {}

  void go();

  std::uint32_t done() const { return done_; } // statements that are in the database
  // The session was lost in a statement that is no transaction: whether it was completed is not known yet.
  bool unsure() const { return unsure_; }
  // The statement that failed had committed something before.
  bool in_part() const { return in_part_; }
  // It was rolled back, but may have acted outside of the database before.
  bool acted_outside() const { return acted_outside_; }
  // The statement that failed has left something all the same: an INVALID index.
  bool left_something() const { return leftover_; }
  // The answer to COMMIT was lost, and with it what it was.
  bool lost() const { return lost_; }
  // The session's lock_timeout, where it is out of the way of the statement that failed; empty: it is not.
  const std::string &lock_timeout() const { return lock_timeout_; }

private:
  void step(std::size_t i);
  void in_transaction_of_its_own(std::size_t i);
  void on_its_own(std::size_t i);
  void commit_file_transaction(std::size_t i);
  void commit(std::size_t i, const std::function<void()> &send);
  void note_failure(std::size_t i);
  void reach(std::size_t begun, std::optional<std::string> xid, bool failed = false);
  void finished(std::size_t i);
  bool sent_before(std::size_t i) const;

  const parts &p_;
  const migration::step &step_;
  const migration::beginning_checksums checksums_;
  std::uint32_t done_;
  std::uint32_t noted_; // what the ledger takes for done
  bool unsure_ = false, in_part_ = false, acted_outside_ = false, lost_ = false, leftover_ = false;
  std::string lock_timeout_;
};

} // namespace davit::lifecycle
