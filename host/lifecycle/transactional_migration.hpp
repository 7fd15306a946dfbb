// A migration in one transaction: its statements in as few round trips as its handlers allow, then its ledger row
// together with COMMIT.
#pragma once

#include "lifecycle/commit.hpp"
#include "lifecycle/recorded_migration.hpp"
#include "postgres/batch.hpp"

#include <string>

namespace davit::lifecycle {

class transactional_migration final : public recorded_migration {
public:
  using recorded_migration::recorded_migration;

private:
  void attempt() override;
  bool worth_another_attempt(error &e) const override;
  void settle() override;
  std::size_t begin();
  postgres::batch before_commit(const ledger::migration_event &e);
  void explain(postgres::server_error &refused, const ledger::migration_event &e) const;
  commit_end commit_with(const ledger::migration_event &e);

  std::string xid_; // of the attempt's transaction
  struct {
    std::string session_user, role, lock_timeout;
  } left_;                   // by the migration's statements
  bool row_refused_ = false; // by the server, of the ledger's row
};

} // namespace davit::lifecycle
