// A migration that is really run: its attempts, what becomes of it, and what the ledger is told of that.
#pragma once

#include "lifecycle/fate.hpp"
#include "lifecycle/one_migration.hpp"

namespace davit::lifecycle {

class recorded_migration : public one_migration {
public:
  recorded_migration(const run_parts &parts, const migration::step &s, place_in_run place, migration::script script);

protected:
  // From the first statement to the ledger's row. Ends with completed(), or throws.
  virtual void attempt() = 0;
  // Whether what an attempt failed of may go away, and so much of it is undone that another one is safe.
  virtual bool worth_another_attempt(error &e) const = 0;
  // What was queued is done, and the session is as handlers and the verify script need it.
  virtual void settle() {}
  // Handlers of a phase inside are called next.
  virtual void handlers_follow(const plugin::phase_row &) {}
  // What an attempt was at is rolled back; the session is made fresh next.
  virtual void rolled_back(postgres::connection &) {}
  // The ledger has the failure.
  virtual void failure_recorded() {}

  void fire(plugin::phase phase, plugin::sql_scope scope, const error *failure = nullptr);
  void before_sql(plugin::sql_scope scope);
  void after_sql(plugin::sql_scope scope);
  ledger::migration_event event() const;
  ledger::migration_event event_if_done();
  // From here on nothing takes it back. The next file finds the session as the first one did: it is fresh, or dropped.
  void completed(const ledger::migration_event &e, bool session_is_fresh);

  void phases() override;

  ending end_;

private:
  void fire_after_sql(plugin::phase phase, plugin::sql_scope scope);
  void sessions_gone(bool ended) final;
  void describe(error &e) const final;
  void failed(const error &e) final;
  void attempts();
  void undo() noexcept;
  void undo_stats();
  bool try_again(error &e);
  void after_commit();
  void record_failure(const error &e);
  void record(const ledger::migration_event &e);

  const migration::checksums files_;
  std::optional<std::size_t> attempt_mark_;      // of the stats, while an attempt is made
  std::optional<ledger::migration_event> ended_; // once it has failed, and the ledger was told
};

} // namespace davit::lifecycle
