#include "lifecycle/rehearsal/rehearsed_migration.hpp"

#include "ledger/tables.hpp"
#include "lifecycle/one_migration.hpp"
#include "lifecycle/outside_effects.hpp"
#include "lifecycle/rehearsal/deferred_constraints.hpp"
#include "lifecycle/rehearsal/not_shown.hpp"
#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"
#include "lifecycle/verify_script.hpp"
#include "sql/outside_effect.hpp"
#include "sql/token_reader.hpp"

#include <optional>
#include <utility>

namespace davit::lifecycle {
namespace {

using plugin::sql_scope;

// SET TRANSACTION of what a transaction that has begun cannot change any more.
bool only_at_top(const migration::statement &st) {
  sql::token_reader words(st.text);
  if (words.accept({"set", "session", "characteristics"})) return false;
  for (; !words.at_end(); words.advance())
    for (const std::string_view name :
         {"isolation", "deferrable", "snapshot", "transaction_isolation", "transaction_deferrable"})
      if (words.is(name)) return true;
  return false;
}

class rehearsed_migration final : public one_migration {
public:
  rehearsed_migration(const rehearsal_parts &parts, const migration::step &s, place_in_run place,
                      migration::script script)
      : one_migration(parts.run, s, place, std::move(script)), r_(parts) {}
  bool shown() const { return shown_; } // after run()

private:
  void phases() override;
  void sessions_gone(bool ended) override;
  void describe(error &e) const override;
  void failed(const error &e) override;
  void in_its_savepoint();
  void begin();
  void settle();
  void verify();
  void as_if_committed();
  void record();
  void undo() noexcept;
  bool not_shown(const error &e);
  void note_effects();
  void fire_inside(plugin::phase phase);
  void between(plugin::phase phase, const error *failure = nullptr);
  void ends(std::string_view outcome, const std::string &message = {});

  const rehearsal_parts &r_;
  std::optional<std::size_t> mark_; // of the stats, while it runs
  std::size_t sent_ = 0;            // of the statements, or left out
  bool inside_ = false;             // the savepoint is there
  bool done_ = false;               // it would be committed
  bool shown_ = true;
  bool row_refused_ = false;     // by the server, of the ledger's row
  bool would_try_again_ = false; // in a run
};

void rehearsed_migration::phases() {
  between(pre_phase());
  try {
    in_its_savepoint();
  } catch (const error &e) {
    undo();
    p_.dispatcher.stats.revert(*mark_);
    would_try_again_ = e.sqlstate == postgres::sqlstate::lock_not_available && e.plugin.empty() && !row_refused_ &&
                       p_.settings.database.lock_retries > 0 && acted_outside_before(script_, verify_, e.where).empty();
    shown_ = !not_shown(e);
    if (shown_) throw;
  } catch (...) {
    undo();
    throw;
  }
  if (!shown_) return;
  between(post_phase());
  if (p_.dispatcher.has_handlers(post_phase())) p_.hooks_paid(step_.files.id);
}

void rehearsed_migration::in_its_savepoint() {
  mark_ = p_.dispatcher.stats.mark();
  begin();
  fire_inside("before_validation");
  fire_inside("before_ddl");
  for (; sent_ < script_.statements.size(); ++sent_) out_.add(script_, script_.statements[sent_]);
  fire_inside("after_ddl");
  verify();
  fire_inside("after_validation");
  fire_inside("cleanup");
  as_if_committed();
}

void rehearsed_migration::begin() {
  r_.transaction.open().exec("SAVEPOINT davit_migration");
  inside_ = true;
  note_effects();
  const auto &all = script_.statements;
  for (; sent_ < all.size() && all[sent_].kind == sql::statement_kind::set_transaction; ++sent_)
    if (only_at_top(all[sent_]))
      p_.show.warning(to_string(migration::place_in(script_, all[sent_], 0)) +
                      ": left out of the dry run, where one transaction serves all migrations");
    else
      out_.add(script_, all[sent_]);
  out_.add(p_.sessions.transaction_setup());
}

// Said before anything is sent: a statement that fails half-way may have had its effect.
void rehearsed_migration::note_effects() {
  for (const auto *s : {&script_, verify_ ? &*verify_ : nullptr})
    for (std::size_t i = 0; s && i < s->statements.size(); ++i)
      if (auto what = sql::outside_effect(s->statements[i].text); !what.empty())
        r_.report.outside.push_back({std::move(what), migration::place_in(*s, s->statements[i], 0)});
}

// What was queued is done, and the transaction is as davit needs it for handlers, which speak UTF-8.
void rehearsed_migration::settle() {
  out_.send();
  speak_utf8(r_.transaction.open());
}

void rehearsed_migration::verify() {
  if (!verify_) return;
  settle();
  const attended guard(p_.sessions, p_.stop, p_.show);
  run_verify_script(p_.sessions.run(), *verify_, true);
}

// In the order of a real end: constraints are checked with what the migration's own statements left to its triggers.
// Then the session is as the next migration would find it.
void rehearsed_migration::as_if_committed() {
  check_deferred(out_, hint_on_deferred());
  out_.add("RESET SESSION AUTHORIZATION");
  out_.add("RESET ROLE");
  out_.add("SELECT pg_catalog.set_config('client_encoding', 'UTF8', false), " + p_.sessions.lock_is_free_sql() +
               ", pg_catalog.pg_current_xact_id()",
           [this](const postgres::result &r) {
             if (r.text(0, 1) == "t") sessions::lock_lost();
             if (r.text(0, 2) != r_.transaction.xid())
               throw error(error_code::transaction_ended, "the rehearsal's transaction was replaced by another",
                           "take transaction control out of the migration", {script_.file.string(), 0, 0});
           });
  reset_deferred(out_, hint_on_deferred());
  record();
  auto &c = r_.transaction.open();
  c.exec(c.fresh_session_sql() + "; RELEASE SAVEPOINT davit_migration");
  inside_ = false;
  done_ = true;
  p_.committed();
  ends("rehearsed");
}

// What the ledger refuses in a run it refuses here.
void rehearsed_migration::record() {
  settle();
  if (p_.ledger.version().value_or(ledger::newest_version) != ledger::newest_version) return;
  const std::string done = step_.up ? "applied" : "reverted";
  const ledger::migration_event e{
      step_.files.id, step_.files.name, step_.up, step_.recorded_state, done, done, {}, 0, 0, {}, false, {}, false};
  const attended guard(p_.sessions, p_.stop, p_.show);
  auto &c = r_.transaction.open();
  try {
    c.exec("SET search_path = pg_catalog, pg_temp; " + ledger_patience_sql());
    p_.ledger.rehearse_event_in(c, p_.dispatcher.run.id, e, place_.number);
  } catch (postgres::server_error &refused) {
    row_refused_ = true;
    guard.explain(refused);
    explain_row(refused, step_.files.title());
    throw;
  }
}

void rehearsed_migration::undo() noexcept {
  out_.forget();
  if (p_.stop.raised()) p_.sessions.work_is_over();
  if (!inside_) return;
  inside_ = false;
  try {
    auto &c = p_.sessions.run();
    if (c.alive() && c.transaction_status() != postgres::transaction_status::idle)
      c.exec("ROLLBACK TO SAVEPOINT davit_migration; RELEASE SAVEPOINT davit_migration; " + c.fresh_session_sql());
  } catch (const std::exception &) {
    p_.sessions.drop_run(); // the server rolls back
  }
}

bool rehearsed_migration::not_shown(const error &e) {
  if (p_.stop.raised() || !r_.transaction.usable()) return false;
  std::string why = only_in_rehearsal(e, place_.number == 1, r_.transaction.open(), p_.sessions.lock());
  if (why.empty()) return false;
  r_.report.not_tried.push_back({step_.files.id, step_.files.name, step_.up, std::move(why), e.where});
  ends("not tried");
  return true;
}

void rehearsed_migration::fire_inside(plugin::phase phase) {
  if (p_.dispatcher.has_handlers(phase)) settle();
  tell_elapsed();
  p_.dispatcher.fire(phase, sql_scope::in_transaction, &facts_);
}

void rehearsed_migration::between(plugin::phase phase, const error *failure) {
  tell_elapsed();
  r_.between(phase, &facts_, failure);
}

void rehearsed_migration::ends(std::string_view outcome, const std::string &message) {
  ledger::migration_event e{
      step_.files.id, step_.files.name, step_.up, {}, {}, std::string(outcome), {}, 0, 0, message, false, {}, false};
  e.duration_us = age().count();
  p_.show.migration_ends(step_, e);
}

void rehearsed_migration::describe(error &e) const {
  e.state = state_after_rehearsal(e.code, r_.report);
  if (would_try_again_)
    e.hint += std::string(e.hint.empty() ? "" : "; ") + "a dry run does not try again, davit " +
              (step_.up ? "up" : "down") + " does";
}

void rehearsed_migration::failed(const error &e) {
  if (done_) return;
  between("on_error", &e);
  ends("failed", e.message);
}

void rehearsed_migration::sessions_gone(bool) {
  if (mark_ && !done_) p_.dispatcher.stats.revert(*mark_);
}

} // namespace

bool rehearse(const rehearsal_parts &parts, const migration::step &s, place_in_run place) {
  migration::script script = take_script(parts.run, s);
  if (script.no_transaction) {
    warn_of_called_before(parts.run, s);
    parts.report.not_tried.push_back({s.files.id, s.files.name, s.up,
                                      script.no_transaction_reason + ": it cannot run inside a transaction",
                                      reason_place(script)});
    return false;
  }
  rehearsed_migration it(parts, s, place, std::move(script));
  it.run();
  return it.shown();
}

} // namespace davit::lifecycle
