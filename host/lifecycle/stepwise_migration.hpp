// A migration without a transaction: statement by statement, and recorded how far it got.
#pragma once

#include "lifecycle/recorded_migration.hpp"

namespace davit::lifecycle {

class stepwise_migration final : public recorded_migration {
public:
  using recorded_migration::recorded_migration;

private:
  void attempt() override;
  bool worth_another_attempt(const error &) const override { return false; }
  void rolled_back(postgres::connection &c) override;
  void failure_recorded() override;
  void keep_session();
  void restore_session();
  void restore_kept(bool with_roles);
  void run_statements();
  void repeat(const migration::statement &st, bool overtaken);
  void execute(const migration::statement &st);
  std::string go_on_by_hand() const;

  bool session_is_the_files_ = false; // what it was set to, the file has done, or its first part
  migration::kept_settings kept_;     // once the attempt is rolled back
};

} // namespace davit::lifecycle
