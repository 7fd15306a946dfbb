// A migration without a transaction: statement by statement, and recorded how far it got.
#pragma once

#include "ledger/progress.hpp"
#include "lifecycle/recorded_migration.hpp"

#include <map>
#include <optional>
#include <string>

namespace davit::lifecycle {

class stepwise_migration final : public recorded_migration {
public:
  using recorded_migration::recorded_migration;

private:
  void phases() override;
  void restore_stats();
  void attempt() override;
  bool worth_another_attempt(error &) const override { return false; }
  void handlers_follow(const plugin::phase_row &phase) override;
  void rolled_back(postgres::connection &c) override;
  void failure_recorded() override;
  void let_lost_session_show();
  bool forget_progress();
  void keep_session();
  ledger::progress &progress();
  void run_statements();
  void execute(const migration::statement &st);
  void note_prepared(const migration::statement &st);

  std::optional<ledger::progress> progress_; // once it is begun
  std::string called_;                       // handlers that may write, as progress has them
  bool session_is_the_files_ = false;        // what it was set to, the file has done, or its first part
  std::string lock_timeout_;                 // that it had before the statement that failed, where it has another one
  std::map<std::string, std::map<std::string, std::string>> prepared_; // under which settings
  migration::kept_settings kept_;                                      // once the attempt is rolled back
};

} // namespace davit::lifecycle
