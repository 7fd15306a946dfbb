#include "lifecycle/stepwise_migration.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/kept_session.hpp"
#include "lifecycle/lost_with_session.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/stepwise.hpp"
#include "migration/session_effects.hpp"
#include "sql/changed_setting.hpp"

namespace davit::lifecycle {
namespace {

// What is kept of a session says more of such a setting than the statement does.
bool sets_what_is_kept(const migration::statement &st) {
  const auto name = sql::changed_setting(st.text);
  return !name.empty() && name != "role" && name != "session_authorization" && name.find('.') == std::string::npos;
}

} // namespace

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
  session_is_the_files_ = false;
  c.exec(std::string(c.reset_sql()) + "; SET search_path = pg_catalog");
  const ledger::migration_event e = event_if_done();
  p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
  bool fresh = false;
  try {
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).finish(step_.files.id);
    if (!step_.session.json.empty()) p_.ledger.forget_session(step_.files.id);
    p_.sessions.release_work_lock();
    c.exec(c.fresh_session_sql());
    fresh = true;
  } catch (const error &) {
    // the migration is done all the same: the next one gets another session
  }
  completed(e, fresh);
}

// What the first part had made of its session is not in the database. What was kept of that is set first, for what is
// prepared may need it, and again behind the statements that it was kept after.
void stepwise_migration::restore_session() {
  if (step_.skip_statements > 0) {
    const auto effects = migration::session_effects_of_first(script_, step_.skip_statements);
    const bool kept = !step_.session.json.empty();
    const auto again = [&](bool before) {
      for (std::size_t i = 0; i < effects.repeatable.size(); ++i) {
        const auto &st = script_.statements[effects.repeatable[i]];
        const bool replaced = kept && before && sets_what_is_kept(st);
        if (before == (!kept || effects.repeatable[i] < step_.session.after))
          repeat(st, effects.overtaken[i] || replaced);
      }
    };
    if (kept) restore_kept(false);
    again(true);
    if (kept) restore_kept(true);
    again(false);
    for (const auto &text : lost_with_session(p_.sessions.lock(), script_, step_.skip_statements, step_.session))
      p_.show.warning(text);
  }
  session_is_the_files_ = true;
}

void stepwise_migration::restore_kept(bool with_roles) try {
  p_.stop.check();
  const auto then = read_kept_session(step_.session.json);
  const auto otherwise = set_again(p_.sessions.run(), then);
  if (with_roles) return set_roles_again(p_.sessions.run(), then);
  for (const auto &name : otherwise.set_back)
    p_.show.warning(name + " is for the rest of " + step_.files.title() +
                    " what it was before the stop, although sessions begin with another value now (ALTER DATABASE, "
                    "ALTER ROLE or PGOPTIONS): to go on with that, set it behind the stop");
  for (const auto &name : otherwise.left)
    p_.show.warning(name + " is for the rest of " + step_.files.title() +
                    " not what it was before the stop: sessions begin with another value now (ALTER DATABASE, ALTER "
                    "ROLE or PGOPTIONS), and this role may not set it");
} catch (postgres::server_error &e) {
  const std::string hint = "what follows the stop may need it: make that possible, or " + go_on_by_hand();
  e.hint = e.hint.empty() ? hint : e.hint + "; " + hint;
  e.where = {script_.file.string(), 0, 0};
  throw;
}

std::string stepwise_migration::go_on_by_hand() const {
  return "complete the file by hand and say so with davit repair " + step_.files.id.text() +
         (step_.up ? " --applied" : " --reverted");
}

void stepwise_migration::repeat(const migration::statement &st, bool overtaken) try {
  execute(st);
} catch (postgres::server_error &e) {
  if (overtaken && p_.sessions.run().alive() && !p_.stop.raised()) return; // what follows it sets that anew
  const std::string hint = "it was run before the stop, and is run again because what follows may need what it sets "
                           "for its session: make that possible, or " +
                           go_on_by_hand();
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

// The one moment to ask the session what it was set to, by whatever the file had called.
void stepwise_migration::rolled_back(postgres::connection &c) {
  if (!session_is_the_files_ || end_.statements_done == 0) return;
  try {
    speak_utf8(c);
    kept_ = {to_json(ask_session(c)), end_.statements_done};
  } catch (const std::exception &e) {
    p_.show.warning("what the session of " + step_.files.title() + " was set to could not be asked (" + e.what() +
                    "): davit repair names what may be missing");
  }
}

void stepwise_migration::keep_session() {
  if (kept_.json.empty()) return;
  std::string why = "it does not have this stop";
  try {
    if (p_.ledger.keep_session(p_.dispatcher.run.id, step_.files.id, kept_)) return;
  } catch (const error &e) {
    why = e.message;
  }
  p_.show.warning("what the session of " + step_.files.title() + " was set to could not be kept in the ledger: " + why +
                  "; before going on, see what its statements had set");
}

// Without the run lock it is left to whoever takes it next.
void stepwise_migration::failure_recorded() {
  try {
    p_.sessions.require_lock();
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).settle();
  } catch (const error &) {
    p_.show.warning("how far " + step_.files.title() + " got is settled by the next run");
  }
  keep_session();
}

} // namespace davit::lifecycle
