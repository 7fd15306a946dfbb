// The three sessions of a run: the lock session, out of everybody's reach; the run session, for migrations and hooks;
// the side session, for hooks that must outlive a rollback. Each is opened when it is first needed.
#pragma once

#include "config/settings.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/home.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"
#include "lifecycle/sessions/lock_owners.hpp"
#include "lifecycle/supervision/cancel_targets.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "plugin/sessions.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace davit::lifecycle {

class sessions : public plugin::sessions {
public:
  sessions(const config::settings &settings, cancel_targets &targets, const interrupt &stop, observer &show,
           plugin::kept_environment *environment = nullptr);
  ~sessions() override;

  postgres::connection &lock();
  postgres::connection &run() override;
  postgres::connection &side() override;
  void drop_side() noexcept override;
  std::unique_ptr<plugin::attendance> attend_run() override;
  std::unique_ptr<plugin::attendance> attend_side() override;
  std::optional<std::int32_t> run_pid() const override;
  // One more, beside the others, on any thread.
  postgres::connection open_to_end_them() const;
  // A session that can write to the ledger although the lock session may be lost: that one, or a fresh one.
  postgres::connection &witness();
  std::string own_transaction_setup() const override;
  void check_as_commit() override;
  // What that does from here on; nothing, if there is none.
  void rehearse_commits(std::function<void()> check) { as_commit_ = std::move(check); }
  bool own_sockets() const override;
  bool renew_work_lock() override;

  // Takes the run lock, then waits until no orphaned backend of an earlier run is at work. Polls; says who holds it;
  // gives up with error_code::locked after run_lock_timeout.
  void take_run_lock();
  // The same wait for an orphan that has no lock any more, and is known from the ledger's progress: see
  // session_in_progress().
  void wait_for_session_in_progress();
  // What is found out then is recorded on another session where the lock session is lost. The lock is held.
  void outlive_lock() { home_.outlive(lock()); }

  // What follows BEGIN of a migration, as one statement: the lock that tells a later run of this session, and the
  // transaction's id, which handlers are held against.
  std::string transaction_setup() const;
  // The same lock for the time of a migration that has no transaction.
  void hold_work_lock();
  // To be run on the run session; what it answered.
  std::string release_work_lock_sql() const;
  void work_lock_released(bool was_held);
  std::int64_t work_lock_key() const { return work_key_; }

  // While `wait` lives, who holds davit's own tables is shown where the run session waits for them.
  void watch_run(std::optional<ledger_wait> &wait);

  // Throws error_code::connection_lost if the lock session is gone, as far as its socket shows: another run may have
  // begun.
  void require_lock();
  // An expression for a transaction of the run session: true if nobody holds the run lock, as the server sees it.
  std::string lock_is_free_sql() const;
  [[noreturn]] static void lock_lost();

  // What follows tells of the run's end; no cancellation meant for its work strikes it.
  void work_is_over() { targets_.work_is_over(); }

  // Whether the migration's connection can be used for a handler's own transaction, without opening it.
  bool usable() const;
  // The same for a savepoint in the transaction that it has open.
  bool usable_inside() const;
  bool has_run() const { return run_.has_value(); }
  void drop_run() noexcept; // closes it, so that the server rolls back whatever it was at
  // Lets go of the sessions that a handler which does not return was at. Unless they have `ended` on the server, no new
  // ones take their place: what the old ones hold would be waited for.
  void abandon(bool ended) noexcept;

private:
  postgres::connection open(const char *purpose, std::string setup = {});
  postgres::connection open_for_work();
  void watch(std::optional<ledger_wait> &wait, postgres::connection &c);
  bool take_run_lock_at_once();
  std::string work_lock_sql() const;
  void wait_for(std::int64_t key, const std::string &awaited, const std::string &refused);
  // `who` is in the way. Both texts are followed by that: what is waited for, and why that was in vain.
  void wait_until_nobody(const std::function<std::optional<lock_owner>()> &who, const std::string &awaited,
                         const std::string &refused);

  const config::settings &settings_;
  cancel_targets &targets_;
  const interrupt &stop_;
  observer &show_;
  std::int64_t run_key_, work_key_;
  home home_;
  std::function<void()> as_commit_;
  bool locked_ = false;
  bool abandoned_ = false;
  std::optional<postgres::connection> lock_, run_, side_, witness_;
  std::optional<ledger_wait> lock_wait_, witness_wait_; // of those two
};

} // namespace davit::lifecycle
