#include "lifecycle/recorded_migration.hpp"

#include "lifecycle/backoff.hpp"
#include "lifecycle/outside_effects.hpp"
#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/verify_script.hpp"

#include <chrono>
#include <utility>

namespace davit::lifecycle {

using plugin::sql_scope;

recorded_migration::recorded_migration(const run_parts &parts, const migration::step &s, place_in_run place,
                                       migration::script script)
    : one_migration(parts, s, place, std::move(script)), end_{s.goes_on() ? fate::partial : fate::untouched,
                                                              s.up,
                                                              !script_.no_transaction,
                                                              false,
                                                              s.skip_statements,
                                                              static_cast<std::uint32_t>(script_.statements.size())},
      files_(migration::checksums_of(s.files, {&script_, verify_ ? &*verify_ : nullptr})) {}

void recorded_migration::phases() {
  fire(pre_phase(), sql_scope::own_transaction);
  attempts();
  after_commit();
}

void recorded_migration::attempts() {
  for (;; ++facts_.attempt) {
    attempt_mark_ = p_.dispatcher.stats.mark();
    began_ = std::chrono::steady_clock::now();
    if (facts_.attempt > 1) show_begins();
    try {
      attempt();
      attempt_mark_.reset();
      return;
    } catch (error &e) {
      undo();
      undo_stats();
      if (e.code == error_code::transaction_ended) end_.fate = fate::unknown;
      if (!try_again(e)) throw;
    } catch (...) {
      undo();
      undo_stats();
      throw;
    }
  }
}

// Whatever the session was at: afterwards it is idle, or closed, which makes the server roll back.
void recorded_migration::undo() noexcept {
  if (end_.fate == fate::untouched) end_.fate = fate::undone;
  if (p_.stop.raised()) p_.sessions.work_is_over();
  const bool begun = p_.sessions.has_run(); // else the server has refused it
  try {
    auto &c = p_.sessions.run();
    if (c.alive()) {
      if (c.transaction_status() != postgres::transaction_status::idle) c.exec("ROLLBACK");
      rolled_back(c);
      c.exec(c.fresh_session_sql());
    }
    end_.session_lost = !c.alive();
  } catch (const std::exception &) {
    p_.sessions.drop_run();
    end_.session_lost = begun;
  }
}

// Where the first statements stay, what was measured before them is wanted when they are gone on with.
void recorded_migration::undo_stats() {
  const bool stays = script_.no_transaction && (end_.fate == fate::partial || end_.fate == fate::unknown);
  if (!stays) p_.dispatcher.stats.revert(*attempt_mark_);
}

bool recorded_migration::try_again(error &e) {
  if (!worth_another_attempt(e) || facts_.attempt > p_.settings.database.lock_retries) return false;
  const auto pause = jittered_pause(facts_.attempt);
  p_.show.warning(to_string(e.where) + ": " + e.message + (e.detail.empty() ? "" : " (" + e.detail + ")") +
                  "; attempt " + std::to_string(facts_.attempt) + " was rolled back, the next one begins in " +
                  std::to_string(pause.count()) + " ms");
  p_.stop.wait(pause);
  return true;
}

void recorded_migration::fire(plugin::phase phase, sql_scope scope, const error *failure) {
  tell_elapsed();
  p_.dispatcher.fire(phase, scope, &facts_, failure);
}

// Of the file nothing but SET TRANSACTION is queued yet: it can wait for handlers that do not use the session.
void recorded_migration::before_sql(sql_scope scope) {
  for (const plugin::phase phase : {plugin::phase("before_validation"), plugin::phase("before_ddl")}) {
    if (p_.dispatcher.may_send_sql(phase)) settle();
    handlers_follow(phase);
    fire(phase, scope);
  }
}

// No handler is called after a statement of the file's that the server may yet refuse.
void recorded_migration::fire_after_sql(plugin::phase phase, sql_scope scope) {
  if (p_.dispatcher.has_handlers(phase)) settle();
  handlers_follow(phase);
  fire(phase, scope);
}

void recorded_migration::after_sql(sql_scope scope) {
  fire_after_sql("after_ddl", scope);
  if (verify_) {
    settle();
    const attended guard(p_.sessions, p_.stop, p_.show);
    run_verify_script(p_.sessions.run(), *verify_, scope == sql_scope::in_transaction);
  }
  fire_after_sql("after_validation", scope);
  fire_after_sql("cleanup", scope);
}

ledger::migration_event recorded_migration::event() const {
  const bool done = end_.fate == fate::committed;
  return {step_.files.id,
          step_.files.name,
          step_.up,
          step_.recorded_state,
          std::string(end_.state()),
          std::string(end_.outcome()),
          files_,
          age().count(),
          done ? 0 : end_.statements_done,
          {},
          done && p_.dispatcher.has_handlers(post_phase()),
          end_.fate == fate::partial ? migration::checksum_of_first(script_, end_.statements_done) : std::string()};
}

ledger::migration_event recorded_migration::event_if_done() {
  const auto before = std::exchange(end_.fate, fate::committed);
  ledger::migration_event e = event();
  end_.fate = before;
  return e;
}

void recorded_migration::completed(const ledger::migration_event &e, bool session_is_fresh) {
  end_.fate = fate::committed;
  p_.committed();
  p_.show.migration_ends(step_, e);
  if (!session_is_fresh) p_.sessions.drop_run();
}

void recorded_migration::after_commit() {
  const auto paid = [this] {
    if (p_.dispatcher.has_handlers(post_phase()) && p_.dispatcher.all_called()) p_.hooks_paid(step_.files.id);
  };
  try {
    fire(post_phase(), sql_scope::own_transaction);
  } catch (const error &) {
    paid(); // not what is still owed
    throw;
  }
  paid();
}

void recorded_migration::sessions_gone(bool ended) {
  if (!attempt_mark_ || end_.fate == fate::committed) return;
  if (end_.fate == fate::untouched) end_.fate = fate::undone;
  undo_stats();
  end_.session_lost = !ended;
}

void recorded_migration::describe(error &e) const {
  e.state = end_.describe(step_.files.title());
  if (script_.no_transaction && (end_.fate == fate::undone || end_.fate == fate::partial))
    if (const std::string who = p_.dispatcher.wrote_in(facts_.version); !who.empty())
      e.state += "; what handlers did in it stays, too, and they will be called again: " + who;
  if (end_.fate != fate::undone || script_.no_transaction) return;
  if (const std::string what = acted_outside_before(script_, verify_, e.where); !what.empty())
    e.state += "; what " + what + " may have done outside of its transaction stays";
}

void recorded_migration::failed(const error &e) {
  if (end_.fate == fate::committed) return;
  // Handlers may end davit: the ledger is told before, where it is sure to take it soon.
  if (p_.sessions.usable() && !p_.stop.raised()) record_failure(e);
  fire("on_error", p_.sessions.usable() ? sql_scope::own_transaction : sql_scope::none, &e);
  record_failure(e);
  p_.show.migration_ends(step_, *ended_);
}

void recorded_migration::record_failure(const error &e) {
  if (ended_) return;
  ended_ = event();
  ended_->message = e.message;
  record(*ended_);
  if (end_.fate != fate::unknown) failure_recorded();
}

void recorded_migration::record(const ledger::migration_event &e) {
  try {
    p_.ledger.add_event_in(p_.sessions.witness(), p_.dispatcher.run.id, e);
  } catch (const error &second) {
    p_.show.warning("the failure could not be recorded in the ledger: " + second.message);
  }
}

} // namespace davit::lifecycle
