// A dry run: everything that a run would do, hooks included, in one transaction that is rolled back.
#pragma once

#include "lifecycle/journal.hpp"
#include "lifecycle/rehearsal/rehearsed_migration.hpp"
#include "lifecycle/rehearsal/report.hpp"
#include "lifecycle/rehearsal/sequence_states.hpp"
#include "lifecycle/rehearsal/transaction.hpp"
#include "lifecycle/run_parts.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace davit::lifecycle {

class rehearsal {
public:
  explicit rehearsal(const run_parts &parts);

  // Before anything else: the run lock is held.
  void begin();
  // The tables and the run's row are there for what comes after, as in a run; not where an older davit made them: that
  // they can be brought up to date is tried and at once taken back, or others would wait for the rehearsal's end.
  void make_ledger();
  // What earlier runs have left open would be closed.
  void settle_open_ends();
  void record(const ledger::run_record &run);
  // What the run would write down of its handlers' calls.
  void record(const std::string &run, const journal &calls);
  // A phase outside of migrations.
  void fire(plugin::phase phase, const plugin::migration_facts *migration = nullptr, const error *failure = nullptr);
  // All of them in order, up to the first that one transaction cannot show; `after_each` is told whether it was the
  // last.
  void migrate(const std::vector<migration::step> &steps, const std::function<void(bool last)> &after_each);
  // Undoes everything, and sees what is left all the same. The last word of the run.
  void end();

  const rehearsal_report &report() const { return report_; }

private:
  bool has_tables() const;
  enum class then { keep, take_back }; // at once: nobody is to wait for the rehearsal's end
  void in_ledger(const std::function<void(postgres::connection &)> &work, then what = then::keep);
  std::shared_ptr<void> commits_of_handlers();
  void leave_out(const std::vector<migration::step> &steps, std::size_t from, const std::string &because_of);

  run_parts parts_;
  rehearsal_transaction transaction_;
  rehearsal_report report_;
  std::optional<sequence_states> sequences_;
};

} // namespace davit::lifecycle
