#include "lifecycle/rehearsal/rehearsal.hpp"

#include "ledger/tables.hpp"
#include "lifecycle/outbox.hpp"
#include "lifecycle/rehearsal/deferred_constraints.hpp"
#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"
#include "plugin/phases.hpp"

namespace davit::lifecycle {

using plugin::sql_scope;

rehearsal::rehearsal(const run_parts &parts) : parts_(parts), transaction_(parts.sessions) {}

void rehearsal::begin() {
  try {
    sequences_ = read_sequences(parts_.sessions.lock());
  } catch (const error &e) {
    parts_.show.warning("sequences cannot be watched: " + e.message);
    parts_.sessions.require_lock();
  }
}

void rehearsal::in_ledger(const std::function<void(postgres::connection &)> &work, then what) {
  postgres::connection &c = transaction_.open();
  c.exec("SAVEPOINT davit_phase; " + ledger_session_sql());
  try {
    const attended guard(parts_.sessions, parts_.stop, parts_.show);
    try {
      work(c);
    } catch (postgres::server_error &e) {
      guard.explain_ledger(e);
      throw;
    }
    c.exec((what == then::take_back ? "ROLLBACK TO SAVEPOINT davit_phase; " : "") + c.fresh_session_sql() +
           "; RELEASE SAVEPOINT davit_phase");
  } catch (...) { // what is told of this needs the transaction
    if (c.alive()) c.exec("ROLLBACK TO SAVEPOINT davit_phase; RELEASE SAVEPOINT davit_phase");
    throw;
  }
}

void rehearsal::make_ledger() {
  const auto version = parts_.ledger.version();
  if (version == ledger::newest_version) return;
  in_ledger([&](postgres::connection &c) { parts_.ledger.ensure_in(c); }, version ? then::take_back : then::keep);
}

void rehearsal::settle_open_ends() {
  in_ledger([&](postgres::connection &c) { parts_.ledger.settle_open_ends_in(c); }, then::take_back);
}

void rehearsal::record(const ledger::run_record &run) {
  if (!has_tables()) return;
  in_ledger([&](postgres::connection &c) { ledger::ledger(c, parts_.settings.ledger.schema).start_run(run); });
}

void rehearsal::record(const std::string &run, const journal &calls) {
  if (!has_tables()) return;
  in_ledger([&](postgres::connection &c) {
    parts_.ledger.rehearse_hook_calls_in(c, run, calls.any_calls(), calls.pending_paid());
  });
}

// Those that a run would write to.
bool rehearsal::has_tables() const {
  return parts_.ledger.version().value_or(ledger::newest_version) == ledger::newest_version;
}

void rehearsal::fire(plugin::phase phase, const plugin::migration_facts *migration, const error *failure) {
  auto &dispatcher = parts_.dispatcher;
  if (!dispatcher.has_handlers(phase)) return dispatcher.fire(phase, sql_scope::none, migration, failure);
  const auto rehearsed = commits_of_handlers();
  if (phase.failure() == plugin::phase_failure::LOG) {
    bool usable = transaction_.usable();
    try {
      if (usable) transaction_.open();
    } catch (const error &e) { // handlers are told that there is no connection
      parts_.show.warning("the connection cannot be used at " + std::string(phase.name()) + ": " + e.message);
      usable = false;
    }
    return dispatcher.fire(phase, usable ? sql_scope::in_transaction : sql_scope::none, migration, failure);
  }
  transaction_.open().exec("SAVEPOINT davit_phase; " + parts_.sessions.own_transaction_setup());
  dispatcher.fire(phase, sql_scope::in_transaction, migration, failure);
  postgres::connection &c = transaction_.open();
  c.exec(c.fresh_session_sql() + "; RELEASE SAVEPOINT davit_phase");
}

// While it lives, each handler is held against its deferred constraints: in a run it has a transaction of its own.
std::shared_ptr<void> rehearsal::commits_of_handlers() {
  parts_.sessions.rehearse_commits([this] {
    outbox out(parts_.sessions, parts_.stop, parts_.show, {});
    reset_deferred(out, {});
  });
  return {nullptr, [this](void *) { parts_.sessions.rehearse_commits({}); }};
}

void rehearsal::leave_out(const std::vector<migration::step> &steps, std::size_t from, const std::string &because_of) {
  for (std::size_t i = from; i < steps.size(); ++i)
    report_.not_tried.push_back(
        {steps[i].files.id, steps[i].files.name, steps[i].up, "it comes after " + because_of, {}});
}

void rehearsal::migrate(const std::vector<migration::step> &steps, const std::function<void(bool last)> &after_each) {
  const fire_between between = [this](plugin::phase phase, const plugin::migration_facts *m, const error *failure) {
    fire(phase, m, failure);
  };
  const rehearsal_parts parts{parts_, transaction_, report_, between};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    parts_.stop.check();
    if (!rehearse(parts, steps[i], {i + 1, steps.size()})) return leave_out(steps, i + 1, steps[i].files.title());
    after_each(i + 1 == steps.size());
  }
}

void rehearsal::end() {
  transaction_.roll_back();
  report_.held = transaction_.held();
  for (const auto &what : parts_.dispatcher.outside()) report_.outside.push_back({what, {}});
  if (!sequences_) return;
  try {
    report_.sequences = moved(*sequences_, read_sequences(parts_.sessions.witness()));
  } catch (const error &e) {
    parts_.show.warning("which sequences were moved is not known: " + e.message);
  }
}

} // namespace davit::lifecycle
