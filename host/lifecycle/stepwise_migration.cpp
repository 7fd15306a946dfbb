#include "lifecycle/stepwise_migration.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/lost_with_session.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/stepwise.hpp"
#include "migration/session_effects.hpp"

namespace davit::lifecycle {

using plugin::sql_scope;

void stepwise_migration::attempt() {
  postgres::connection &c = p_.sessions.run();
  p_.sessions.hold_work_lock();
  c.exec("SET lock_timeout = " + std::to_string(p_.settings.database.lock_timeout.count()) +
         "; SET statement_timeout = " + std::to_string(p_.settings.database.statement_timeout.count()));
  before_sql(sql_scope::autocommit);
  restore_session();
  run_statements();
  if (c.transaction_status() != postgres::transaction_status::idle)
    throw error(error_code::migration_syntax, "the file ends inside a transaction that it began", "end it with COMMIT",
                {script_.file.string(), 0, 0});
  speak_utf8(c);
  after_sql(sql_scope::autocommit);
  c.exec(std::string(c.reset_sql()) + "; SET search_path = pg_catalog");
  const ledger::migration_event e = event_if_done();
  p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
  bool fresh = false;
  try {
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).finish(step_.files.id);
    p_.sessions.release_work_lock();
    c.exec(c.fresh_session_sql());
    fresh = true;
  } catch (const error &) {
    // the migration is done all the same: the next one gets another session
  }
  completed(e, fresh);
}

// What the first part had made of its session is not in the database.
void stepwise_migration::restore_session() {
  if (step_.skip_statements == 0) return;
  const auto effects = migration::session_effects_of_first(script_, step_.skip_statements);
  for (std::size_t i = 0; i < effects.repeatable.size(); ++i)
    repeat(script_.statements[effects.repeatable[i]], effects.overtaken[i]);
  for (const auto &text : lost_with_session(p_.sessions.lock(), script_, step_.skip_statements)) p_.show.warning(text);
}

void stepwise_migration::repeat(const migration::statement &st, bool overtaken) try {
  execute(st);
} catch (postgres::server_error &e) {
  if (overtaken && p_.sessions.run().alive() && !p_.stop.raised()) return; // what follows it sets that anew
  const std::string hint =
      "it was run before the stop, and is run again because what follows may need what it sets for "
      "its session: make that possible, or complete the file by hand and say so with davit repair " +
      step_.files.id.text() + (step_.up ? " --applied" : " --reverted");
  e.hint = e.hint.empty() ? hint : e.hint + "; " + hint;
  throw;
}

void stepwise_migration::execute(const migration::statement &st) {
  p_.stop.check();
  p_.sessions.require_lock();
  const attended guard(p_.sessions, p_.stop, p_.show);
  try {
    run_statement(p_.sessions.run(), script_, st);
  } catch (postgres::server_error &e) {
    guard.explain(e);
    throw;
  }
}

void stepwise_migration::run_statements() {
  ledger::progress progress(p_.sessions.lock(), p_.settings.ledger.schema);
  progress.begin(p_.dispatcher.run.id, event(), step_.skip_statements + (step_.perhaps_one_more ? 1U : 0U),
                 step_.begun_checksum);
  const stepwise::parts parts{p_.sessions,
                              p_.stop,
                              p_.show,
                              progress,
                              p_.settings.ledger.schema,
                              step_.files.id,
                              script_,
                              [this](const auto &st) { execute(st); }};
  stepwise statements(parts, step_);
  const auto note = [&] {
    end_.statements_done = statements.done();
    end_.next_unsure = statements.unsure();
    end_.next_in_part = statements.in_part();
    end_.next_acted_outside = statements.acted_outside();
    if (statements.done() > 0 || statements.unsure() || statements.in_part() || statements.acted_outside() ||
        statements.left_something())
      end_.fate = fate::partial;
    if (statements.lost()) end_.fate = fate::unknown;
  };
  try {
    statements.go();
  } catch (...) {
    note();
    throw;
  }
  note();
}

// Without the run lock it is left to whoever takes it next.
void stepwise_migration::failure_recorded() {
  try {
    p_.sessions.require_lock();
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).settle();
  } catch (const error &) {
    p_.show.warning("how far " + step_.files.title() + " got is settled by the next run");
  }
}

} // namespace davit::lifecycle
