#include "lifecycle/rehearsed_migration.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/deferred_constraints.hpp"
#include "lifecycle/not_shown.hpp"
#include "lifecycle/outbox.hpp"
#include "lifecycle/verify_script.hpp"
#include "sql/outside_effect.hpp"
#include "sql/token_reader.hpp"

#include <chrono>
#include <memory>

namespace davit::lifecycle {
namespace {

using clock = std::chrono::steady_clock;
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

class rehearsed_migration : public unfinished {
public:
  rehearsed_migration(const rehearsal_parts &parts, const migration::step &s, std::size_t number, std::size_t of);
  // Whether the file can run in the transaction; else that is in the report.
  bool fits() const;
  bool run();
  [[noreturn]] void end_without(error why, bool ended) override;

private:
  void in_its_savepoint();
  void begin();
  void settle();
  void verify();
  void as_if_committed();
  void undo() noexcept;
  bool not_shown(const error &e);
  void note_effects();
  void prepare_info();
  void fire_inside(plugin::phase phase);
  void between(plugin::phase phase, const error *failure = nullptr);
  void ends(std::string_view outcome, const std::string &message = {});
  [[noreturn]] void fail(error e);

  const rehearsal_parts &r_;
  const run_parts &p_;
  const migration::step &step_;
  std::size_t number_, of_;
  migration::script script_;
  std::optional<migration::script> verify_;
  plugin::migration_facts facts_;
  outbox out_;
  std::optional<std::size_t> mark_; // of the stats, while it runs
  std::optional<error> failure_;    // once on_error is told
  std::size_t sent_ = 0;            // of the statements, or left out
  bool inside_ = false;             // the savepoint is there
  bool done_ = false;               // it would be committed
  clock::time_point began_ = clock::now();
};

rehearsed_migration::rehearsed_migration(const rehearsal_parts &parts, const migration::step &s, std::size_t number,
                                         std::size_t of)
    : r_(parts), p_(parts.run), step_(s), number_(number), of_(of),
      script_(p_.scripts.take(s.up ? s.files.up : s.files.down)),
      out_(p_.sessions, p_.stop, p_.show, script_.file.string()) {
  if (s.up && !s.files.verify.empty()) verify_ = p_.scripts.take(s.files.verify);
  facts_ = {s.files.id.text(), s.files.name, script_.file.string(), script_.checksum, s.up, false, 1};
}

bool rehearsed_migration::fits() const {
  if (!script_.no_transaction) return true;
  r_.report.not_tried.push_back({step_.files.id, step_.files.name, step_.up,
                                 script_.no_transaction_reason + ": it cannot run inside a transaction",
                                 reason_place(script_)});
  return false;
}

bool rehearsed_migration::run() {
  auto &info = p_.dispatcher.info;
  info.insert_or_assign("migration.index", static_cast<std::int64_t>(number_));
  info.insert_or_assign("migration.statements", static_cast<std::int64_t>(script_.statements.size()));
  p_.dispatcher.stats.open_layer(facts_.version);
  bool shown = true;
  try {
    p_.show.migration_begins(step_, number_, of_, facts_.attempt);
    between(step_.up ? plugin::phase("pre_execute") : plugin::phase("pre_rollback"));
    try {
      in_its_savepoint();
    } catch (const error &e) {
      undo();
      p_.dispatcher.stats.revert(*mark_);
      if (!not_shown(e)) throw;
      shown = false;
    } catch (...) {
      undo();
      throw;
    }
    if (shown) between(step_.up ? plugin::phase("post_execute") : plugin::phase("post_rollback"));
  } catch (error &e) {
    fail(std::move(e));
  } catch (const std::exception &e) {
    fail(error(error_code::bug, std::string("unexpected: ") + e.what(),
               "please report it, with the command and davit.toml"));
  }
  p_.dispatcher.stats.close_layer();
  for (const char *key : {"migration.index", "migration.statements", "migration.elapsed_ms"}) info.erase(key);
  return shown;
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
  auto &c = r_.transaction.open();
  if (!c.speaks_utf8()) c.exec("SET client_encoding = 'UTF8'");
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
  check_deferred(out_);
  out_.add("RESET SESSION AUTHORIZATION");
  out_.add("RESET ROLE");
  out_.add("SELECT pg_catalog.set_config('client_encoding', 'UTF8', false), " + p_.sessions.lock_is_free_sql() +
               ", pg_catalog.pg_current_xact_id(), pg_catalog.current_setting('transaction_read_only')",
           [this](const postgres::result &r) {
             if (r.text(0, 1) == "t") sessions::lock_lost();
             if (r.text(0, 3) == "on")
               throw error(error_code::sql, "the transaction is read-only: the migration could not be recorded in it",
                           "let it write, or run the statements without davit", {script_.file.string(), 0, 0});
             if (r.text(0, 2) != r_.transaction.xid())
               throw error(error_code::transaction_ended, "the rehearsal's transaction was replaced by another",
                           "take transaction control out of the migration", {script_.file.string(), 0, 0});
           });
  reset_deferred(out_);
  auto &c = r_.transaction.open();
  c.exec(c.fresh_session_sql() + "; RELEASE SAVEPOINT davit_migration");
  inside_ = false;
  done_ = true;
  p_.committed();
  ends("rehearsed");
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
  std::string why = only_in_rehearsal(e, number_ == 1, r_.transaction.open(), p_.sessions.lock());
  if (why.empty()) return false;
  r_.report.not_tried.push_back({step_.files.id, step_.files.name, step_.up, std::move(why), e.where});
  ends("not tried");
  return true;
}

void rehearsed_migration::prepare_info() {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began_);
  p_.dispatcher.info.insert_or_assign("migration.elapsed_ms", std::int64_t{elapsed.count()});
}

void rehearsed_migration::fire_inside(plugin::phase phase) {
  if (p_.dispatcher.has_handlers(phase)) settle();
  prepare_info();
  p_.dispatcher.fire(phase, sql_scope::in_transaction, &facts_);
}

void rehearsed_migration::between(plugin::phase phase, const error *failure) {
  prepare_info();
  r_.between(phase, &facts_, failure);
}

void rehearsed_migration::ends(std::string_view outcome, const std::string &message) {
  ledger::migration_event e{
      step_.files.id, step_.files.name, step_.up, {}, {}, std::string(outcome), {}, 0, 0, message, false, {}, false};
  e.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began_).count();
  p_.show.migration_ends(step_, e);
}

void rehearsed_migration::fail(error e) {
  p_.sessions.work_is_over();
  if (p_.stop.raised() && !tells_to_stop(e.code)) {
    error stopped = p_.stop.as_error(); // what failed, failed because it was cancelled
    stopped.where = e.where;
    e = std::move(stopped);
  }
  if (e.sqlstate == postgres::sqlstate::lock_not_available)
    e.hint += std::string(e.hint.empty() ? "" : "; ") + "a dry run does not try again, davit " +
              (step_.up ? "up" : "down") + " does";
  failure_ = e;
  if (!done_) {
    between("on_error", &e);
    ends("failed", e.message);
  }
  p_.dispatcher.stats.close_layer();
  throw error(std::move(e));
}

void rehearsed_migration::end_without(error why, bool) {
  if (failure_) fail(*failure_); // the handler was one that is told of the failure
  if (mark_ && !done_) p_.dispatcher.stats.revert(*mark_);
  fail(std::move(why));
}

} // namespace

bool rehearse(const rehearsal_parts &parts, const migration::step &s, std::size_t number, std::size_t of) {
  rehearsed_migration it(parts, s, number, of);
  if (!it.fits()) return false;
  parts.run.under_way = &it;
  const auto over = [&parts](rehearsed_migration *) { parts.run.under_way = nullptr; };
  const std::unique_ptr<rehearsed_migration, decltype(over)> registered(&it, over);
  return it.run();
}

} // namespace davit::lifecycle
