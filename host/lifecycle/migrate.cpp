#include "lifecycle/migrate.hpp"

#include "lifecycle/commit.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/verify_script.hpp"

#include <chrono>
#include <random>

namespace davit::lifecycle {
namespace {

using clock = std::chrono::steady_clock;
using plugin::sql_scope;

// While this lives, what the session runs is cancelled once the run is told to stop, and again until it ends: a single
// request may come a moment before the statement does, and then it is lost.
class cancelled_on_stop {
public:
  cancelled_on_stop(postgres::connection &c, const interrupt &stop) : c_(c) {
    c_.while_waiting(std::chrono::milliseconds(100), [&c, &stop] {
      if (stop.raised()) c.cancel().request();
    });
  }
  ~cancelled_on_stop() { c_.while_waiting({}, nullptr); }
  cancelled_on_stop(const cancelled_on_stop &) = delete;
  cancelled_on_stop &operator=(const cancelled_on_stop &) = delete;

private:
  postgres::connection &c_;
};

class migration_run {
public:
  migration_run(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of);
  void run();

private:
  void attempt();
  void in_one_transaction();
  void statement_by_statement();
  void before_sql(sql_scope scope);
  void after_sql(sql_scope scope);
  void check_deferred_constraints();
  void run(const migration::statement &st);
  bool try_again(const error &e);
  void fail(error e);
  ledger::migration_event event(std::string outcome, std::string state) const;
  void fire(std::string_view phase, sql_scope scope, const error *failure = nullptr);
  const char *post_phase() const { return step_.up ? "post_execute" : "post_rollback"; }
  const char *done() const { return step_.up ? "applied" : "reverted"; }

  const run_parts &p_;
  const migration::step &step_;
  std::size_t number_, of_;
  migration::script script_;
  std::optional<migration::script> verify_;
  migration::checksums files_;
  plugin::migration_facts facts_;
  clock::time_point began_ = clock::now();
  std::uint32_t statements_done_ = 0; // committed, without a transaction
  bool committed_ = false;
};

migration_run::migration_run(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of)
    : p_(parts), step_(s), number_(number), of_(of), script_(migration::read_script(s.up ? s.files.up : s.files.down)),
      files_(migration::checksums_of(s.files)), statements_done_(s.skip_statements) {
  if (s.up && !s.files.verify.empty()) verify_ = migration::read_script(s.files.verify);
  facts_ = {s.files.id.text(), s.files.name, script_.file.string(), script_.checksum, s.up, script_.no_transaction, 1};
}

void migration_run::fire(std::string_view phase, sql_scope scope, const error *failure) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began_);
  p_.dispatcher.info.insert_or_assign("migration.elapsed_ms", std::int64_t{elapsed.count()});
  p_.dispatcher.fire(phase, scope, &facts_, failure);
}

ledger::migration_event migration_run::event(std::string outcome, std::string state) const {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began_);
  return {step_.files.id, step_.files.name, step_.up, std::move(state), std::move(outcome), files_,
          took.count(),   statements_done_, {}};
}

void migration_run::run() {
  p_.dispatcher.stats.open_layer(facts_.version);
  auto &info = p_.dispatcher.info;
  info.insert_or_assign("migration.index", static_cast<std::int64_t>(number_));
  info.insert_or_assign("migration.statements", static_cast<std::int64_t>(script_.statements.size()));
  try {
    p_.show.migration_begins(step_, number_, of_, facts_.attempt);
    fire(step_.up ? "pre_execute" : "pre_rollback", sql_scope::own_transaction);
    attempt();
    fire(post_phase(), sql_scope::own_transaction);
  } catch (error &e) {
    fail(std::move(e));
  }
  p_.dispatcher.stats.close_layer();
}

void migration_run::attempt() {
  for (;; ++facts_.attempt) {
    const auto mark = p_.dispatcher.stats.mark();
    began_ = clock::now();
    if (facts_.attempt > 1) p_.show.migration_begins(step_, number_, of_, facts_.attempt);
    try {
      script_.no_transaction ? statement_by_statement() : in_one_transaction();
      return;
    } catch (error &e) {
      p_.dispatcher.stats.revert(mark);
      auto &c = p_.sessions.run();
      if (c.alive() && !committed_)
        c.exec((c.transaction_status() == postgres::transaction_status::idle ? "" : "ROLLBACK; ") +
               std::string(c.reset_sql()));
      if (!try_again(e)) throw;
    }
  }
}

// Only a lock that was not had in time, and only for statements of the migration itself.
bool migration_run::try_again(const error &e) {
  if (script_.no_transaction || committed_ || e.sqlstate != postgres::sqlstate::lock_not_available || !e.plugin.empty())
    return false;
  if (facts_.attempt > p_.settings.database.lock_retries) return false;
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto base = std::min<std::uint32_t>(100U << std::min(facts_.attempt - 1, 6U), 5000U);
  const std::chrono::milliseconds pause(std::uniform_int_distribution<std::uint32_t>(base / 2, base)(random));
  p_.show.warning(to_string(e.where) + ": " + e.message + "; attempt " + std::to_string(facts_.attempt) +
                  " was rolled back, the next one begins in " + std::to_string(pause.count()) + " ms");
  p_.stop.wait(pause);
  return true;
}

void migration_run::run(const migration::statement &st) {
  p_.stop.check();
  p_.sessions.require_lock();
  const cancelled_on_stop guard(p_.sessions.run(), p_.stop);
  run_statement(p_.sessions.run(), script_, st);
}

void migration_run::before_sql(sql_scope scope) {
  fire("before_validation", scope);
  fire("before_ddl", scope);
}

void migration_run::after_sql(sql_scope scope) {
  fire("after_ddl", scope);
  if (verify_) {
    const cancelled_on_stop guard(p_.sessions.run(), p_.stop);
    run_verify_script(p_.sessions.run(), *verify_, scope == sql_scope::in_transaction);
  }
  fire("after_validation", scope);
  fire("cleanup", scope);
}

// As COMMIT would, but still with the role and search_path that the migration's own statements left to its triggers.
void migration_run::check_deferred_constraints() {
  try {
    p_.sessions.run().exec("SET CONSTRAINTS ALL IMMEDIATE");
  } catch (postgres::server_error &e) {
    e.where = {script_.file.string(), 0, 0};
    e.hint = "a deferred constraint or trigger failed when the migration was about to be committed";
    throw;
  }
}

void migration_run::in_one_transaction() {
  postgres::connection &c = p_.sessions.run();
  c.exec(p_.sessions.begin_sql());
  before_sql(sql_scope::in_transaction);
  for (const auto &st : script_.statements) {
    run(st);
    if (c.transaction_status() != postgres::transaction_status::in_transaction)
      throw error(error_code::transaction_ended, "the statement ended davit's transaction",
                  "take transaction control out of the migration", place_in(script_, st, 0));
  }
  after_sql(sql_scope::in_transaction);
  p_.sessions.require_lock();
  check_deferred_constraints();
  // The migration may have changed both for its own statements.
  c.exec("RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL search_path = pg_catalog");
  ledger::migration_event e = event(done(), done());
  e.owes_hooks = p_.dispatcher.has_handlers(post_phase());
  const std::string xid = p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
  commit(c, p_.sessions.lock(), xid);
  committed_ = true;
  c.exec(c.reset_sql());
  p_.show.migration_ends(step_, e);
}

void migration_run::statement_by_statement() {
  postgres::connection &c = p_.sessions.run();
  p_.sessions.hold_work_lock();
  c.exec("SET lock_timeout = " + std::to_string(p_.settings.database.lock_timeout.count()));
  before_sql(sql_scope::autocommit);
  for (std::size_t i = step_.skip_statements; i < script_.statements.size(); ++i) {
    run(script_.statements[i]);
    // Inside a BEGIN of the file's own nothing is certain before its COMMIT.
    if (c.transaction_status() == postgres::transaction_status::idle)
      statements_done_ = static_cast<std::uint32_t>(i + 1);
  }
  if (c.transaction_status() != postgres::transaction_status::idle)
    throw error(error_code::migration_syntax, "the file ends inside a transaction that it began", "end it with COMMIT",
                {script_.file.string(), 0, 0});
  after_sql(sql_scope::autocommit);
  c.exec("RESET SESSION AUTHORIZATION; RESET ROLE; SET search_path = pg_catalog; "
         "SET default_transaction_read_only = off");
  ledger::migration_event e = event(done(), done());
  e.statements_done = 0;
  e.owes_hooks = p_.dispatcher.has_handlers(post_phase());
  p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
  committed_ = true;
  p_.sessions.release_work_lock();
  c.exec(c.reset_sql());
  p_.show.migration_ends(step_, e);
}

void migration_run::fail(error e) {
  const std::string title = step_.files.title();
  if (p_.stop.raised() && e.code != error_code::interrupted && e.code != error_code::terminated) {
    error stopped = p_.stop.as_error(); // what failed, failed because it was cancelled
    stopped.where = e.where;
    e = std::move(stopped);
  }
  const bool partial = script_.no_transaction && !committed_ && statements_done_ > 0;
  ledger::migration_event ended = event(committed_ ? done()
                                        : partial  ? "partial"
                                                   : "failed",
                                        partial ? "partial" : "pending");
  ended.message = e.message;
  if (committed_)
    e.state = title + " is " + done() + " and stays so";
  else if (e.code == error_code::connection_lost && e.state.empty())
    e.state = "the session is gone: the server rolls " + title + " back" +
              (script_.no_transaction ? " as far as it was not committed" : "");
  else if (partial)
    e.state = title + " has no transaction: its first " + std::to_string(statements_done_) + " of " +
              std::to_string(script_.statements.size()) +
              " statements are in the database; davit repair says how to go on";
  else if (e.state.empty())
    e.state = "nothing of " + title + " is in the database";
  const bool usable = p_.sessions.usable();
  if (!committed_) fire("on_error", usable ? sql_scope::own_transaction : sql_scope::none, &e);
  if (!committed_) {
    try {
      p_.ledger.add_event(p_.dispatcher.run.id, ended);
    } catch (const error &second) {
      p_.show.warning("the failure could not be recorded in the ledger: " + second.message);
    }
    p_.show.migration_ends(step_, ended);
  }
  p_.dispatcher.stats.close_layer();
  throw error(std::move(e));
}

} // namespace

void migrate(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of) {
  migration_run(parts, s, number, of).run();
}

} // namespace davit::lifecycle
