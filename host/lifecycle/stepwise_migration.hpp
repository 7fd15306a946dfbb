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
  void failure_recorded() override;
  void restore_session();
  void run_statements();
  void repeat(const migration::statement &st, bool overtaken);
  void execute(const migration::statement &st);
};

} // namespace davit::lifecycle
