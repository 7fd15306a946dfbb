#include "lifecycle/stepwise/stepwise_migration.hpp"

#include "ledger/earlier_attempts.hpp"
#include "ledger/edited.hpp"
#include "ledger/tables.hpp"
#include "lifecycle/kept_session/ask_session.hpp"
#include "lifecycle/kept_session/restored_session.hpp"
#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/sessions/lock_owners.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/stepwise/final_row.hpp"
#include "lifecycle/stepwise/stepwise.hpp"
#include "sql/session_object.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace davit::lifecycle {

using plugin::sql_scope;

// Handlers go on with what those before the stop had measured.
void stepwise_migration::phases() {
  if (step_.goes_on()) restore_stats();
  recorded_migration::phases();
}

void stepwise_migration::restore_stats() {
  const auto &schema = p_.settings.ledger.schema;
  ledger::earlier_attempts earlier(p_.sessions.witness(), schema, ledger::newest_version,
                                   {step_.files.id, step_.up, step_.stopped_in});
  const auto stats = earlier.stats();
  if (!stats.empty() && !p_.dispatcher.stats.restore_layer(stats))
    throw ledger::edited(postgres::quote_identifier(schema) + ".run", "stats of " + step_.files.title());
}

// What they commit is in the database whatever becomes of davit: it is written down first who they are.
void stepwise_migration::handlers_follow(const plugin::phase_row &phase) {
  const std::string names = p_.dispatcher.writers_at(phase);
  if (names.empty()) return;
  called_ += (called_.empty() ? "" : ", ") + names;
  progress().note_handlers(step_.files.id, called_);
}

ledger::progress &stepwise_migration::progress() {
  if (progress_) return *progress_;
  ledger::progress begun(p_.sessions.lock(), p_.settings.ledger.schema);
  begun.begin(p_.dispatcher.run.id, event(), step_, p_.sessions.run().backend_pid());
  return progress_.emplace(std::move(begun));
}

void stepwise_migration::attempt() {
  postgres::connection &c = p_.sessions.run();
  p_.sessions.hold_work_lock();
  c.exec("SET lock_timeout = " + std::to_string(p_.settings.database.lock_timeout.count()) +
         "; SET statement_timeout = " + std::to_string(p_.settings.database.statement_timeout.count()));
  before_sql(sql_scope::autocommit);
  if (step_.skip_statements > 0) {
    const std::function<void(const migration::statement &)> run = [this](const auto &st) { execute(st); };
    restored_session(p_, step_, script_, run).restore();
    p_.sessions.renew_work_lock(); // DISCARD ALL may be among what was repeated
  }
  session_is_the_files_ = true;
  run_statements();
  if (c.transaction_status() != postgres::transaction_status::idle)
    throw error(error_code::migration_syntax, "the file ends inside a transaction that it began", "end it with COMMIT",
                {script_.file.string(), 0, 0});
  speak_utf8(c);
  p_.sessions.renew_work_lock();
  after_sql(sql_scope::autocommit);
  session_is_the_files_ = false;
  const ledger::migration_event e = event_if_done();
  const commit_end end = write_final_row(p_, step_, e);
  if (end.answer == commit_answer::unknown) {
    end_.fate = fate::unknown;
    end_.row_unsure = true;
    throw error(error_code::connection_lost,
                "the session was lost while the row of " + step_.files.title() + " was written to the ledger",
                "check that the server runs, then look at davit status");
  }
  completed(e, end.followed);
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
  note_prepared(st);
}

// What a prepared statement means is settled when it is prepared.
void stepwise_migration::note_prepared(const migration::statement &st) {
  const auto object = sql::session_object_of(st.text);
  if (object.what != sql::session_object::verb::prepare) return;
  auto &under = prepared_[object.name];
  under.clear();
  for (const auto &[name, one] : settings_in_passing(p_.sessions.run()))
    if (name.find('.') == std::string::npos) under[name] = one.value; // others are looked at when it runs
}

void stepwise_migration::run_statements() {
  const stepwise::parts parts{p_.sessions,
                              p_.stop,
                              p_.show,
                              progress(),
                              p_.settings.ledger.schema,
                              p_.settings.database.lock_retries,
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
    lock_timeout_ = statements.lock_timeout();
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
    if (!lock_timeout_.empty()) c.exec("SET lock_timeout = " + postgres::quote_literal(lock_timeout_));
    auto now = ask_session(c, {p_.settings.database, script_.bytes, p_.sessions.work_lock_key()});
    for (const auto &[name, under] : prepared_)
      for (const auto &[setting, value] : under)
        if (const auto at = now.settings.find(setting); at != now.settings.end() && at->second.value != value)
          now.prepared[name][setting] = value;
    kept_ = {to_json(now), end_.statements_done};
  } catch (const std::exception &e) {
    p_.show.warning("what the session of " + step_.files.title() + " was set to could not be asked (" + e.what() +
                    "): davit repair names what may be missing");
  }
}

void stepwise_migration::keep_session() {
  if (kept_.json.empty()) return;
  std::string why = "it does not have this stop";
  try {
    if (ledger::progress(p_.sessions.witness(), p_.settings.ledger.schema).keep_session(step_.files.id, kept_)) return;
  } catch (const error &e) {
    why = e.message;
  }
  p_.show.warning("what the session of " + step_.files.title() + " was set to could not be kept in the ledger: " + why +
                  "; before going on, see what its statements had set");
}

// What was sent last may be on its way yet: the server has not begun it, and has not seen either that nobody waits for
// an answer.
void stepwise_migration::let_lost_session_show() {
  constexpr std::chrono::seconds longest_way{1};
  const auto patience = std::chrono::steady_clock::now() + longest_way;
  while (idle_session_in_progress(p_.sessions.lock(), p_.settings.ledger.schema) &&
         std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

// Without the run lock, or where the table of migrations is locked, it is left to whoever takes it next, with what the
// session was set to.
void stepwise_migration::failure_recorded() {
  keep_session();
  try {
    p_.sessions.require_lock();
    if (end_.session_lost) let_lost_session_show();
    // What it is settled to goes by what its session has done, which may be at it still.
    if (end_.session_lost && session_in_progress(p_.sessions.lock(), p_.settings.ledger.schema)) {
      p_.show.warning(
          "the session of " + step_.files.title() +
          " was lost, but is still at work: how far it gets is settled by the next run, which waits for it");
      return;
    }
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).settle();
  } catch (const error &) {
    if (!forget_progress()) p_.show.warning("how far " + step_.files.title() + " got is settled by the next run");
  }
}

// None of its statements was sent: what tells of this run's progress, and is nobody else's, would only ask for a
// repair.
bool stepwise_migration::forget_progress() {
  if (end_.fate != fate::undone) return false;
  try {
    p_.sessions.witness().exec(
        ledger::progress::finish_sql(p_.settings.ledger.schema, p_.dispatcher.run.id, step_.files.id));
    return true;
  } catch (const error &) {
    return false; // which is said
  }
}

} // namespace davit::lifecycle
