#include "lifecycle/migrate.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/commit.hpp"
#include "lifecycle/fate.hpp"
#include "lifecycle/lost_commit.hpp"
#include "lifecycle/outbox.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/stepwise.hpp"
#include "lifecycle/verify_script.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>

namespace davit::lifecycle {
namespace {

using clock = std::chrono::steady_clock;
using plugin::sql_scope;

// SET and RESET, SET LOCAL aside: it ended with its transaction.
bool sets_for_session(const migration::statement &st) {
  sql::token_reader words(st.text);
  return words.is("reset") || (words.accept("set") && !words.is("local"));
}

class migration_run : public unfinished {
public:
  migration_run(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of);
  void run();
  [[noreturn]] void end_without(error why, bool ended) override;

private:
  void attempt();
  void in_one_transaction();
  std::size_t begin();
  void settle();
  void prepare_to_commit();
  void statement_by_statement();
  void run_stepwise();
  void run(const migration::statement &st);
  void before_sql(sql_scope scope);
  void after_sql(sql_scope scope);
  ledger::migration_event event_if_done();
  commit_end commit_with(const ledger::migration_event &e);
  void completed(const ledger::migration_event &e, bool session_is_fresh);
  void undo() noexcept;
  bool try_again(const error &e);
  void after_commit();
  [[noreturn]] void fail(error e);
  void record(const ledger::migration_event &e);
  void settle_progress();
  std::chrono::microseconds age() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began_);
  }
  ledger::migration_event event() const;
  void fire(plugin::phase phase, sql_scope scope, const error *failure = nullptr);
  plugin::phase post_phase() const { return step_.up ? plugin::phase("post_execute") : plugin::phase("post_rollback"); }

  const run_parts &p_;
  const migration::step &step_;
  std::size_t number_, of_;
  migration::script script_;
  std::optional<migration::script> verify_;
  migration::checksums files_;
  plugin::migration_facts facts_;
  ending end_;
  std::optional<std::size_t> attempt_mark_; // of the stats, while an attempt is made
  std::optional<error> failure_;            // once on_error is told
  outbox out_;
  std::string xid_; // of the attempt's transaction
  clock::time_point began_ = clock::now();
};

migration_run::migration_run(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of)
    : p_(parts), step_(s), number_(number), of_(of), script_(parts.scripts.take(s.up ? s.files.up : s.files.down)),
      out_(parts.sessions, parts.stop, parts.show, script_.file.string()) {
  if (s.up && !s.files.verify.empty()) verify_ = parts.scripts.take(s.files.verify);
  files_ = migration::checksums_of(s.files, {&script_, verify_ ? &*verify_ : nullptr});
  facts_ = {s.files.id.text(), s.files.name, script_.file.string(), script_.checksum, s.up, script_.no_transaction, 1};
  end_ = {s.skip_statements ? fate::partial : fate::untouched,  s.up, !script_.no_transaction, false, s.skip_statements,
          static_cast<std::uint32_t>(script_.statements.size())};
}

void migration_run::fire(plugin::phase phase, sql_scope scope, const error *failure) {
  if (scope == sql_scope::in_transaction && p_.dispatcher.has_handlers(phase)) settle();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(age());
  p_.dispatcher.info.insert_or_assign("migration.elapsed_ms", std::int64_t{elapsed.count()});
  p_.dispatcher.fire(phase, scope, &facts_, failure);
}

ledger::migration_event migration_run::event() const {
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

void migration_run::run() {
  auto &info = p_.dispatcher.info;
  info.insert_or_assign("migration.index", static_cast<std::int64_t>(number_));
  info.insert_or_assign("migration.statements", static_cast<std::int64_t>(script_.statements.size()));
  p_.dispatcher.stats.open_layer(facts_.version);
  try {
    p_.show.migration_begins(step_, number_, of_, facts_.attempt);
    fire(step_.up ? plugin::phase("pre_execute") : plugin::phase("pre_rollback"), sql_scope::own_transaction);
    attempt();
    after_commit();
  } catch (error &e) {
    fail(std::move(e));
  } catch (const std::exception &e) {
    fail(error(error_code::bug, std::string("unexpected: ") + e.what(),
               "please report it, with the command and davit.toml"));
  }
  p_.dispatcher.stats.close_layer();
  for (const char *key : {"migration.index", "migration.statements", "migration.elapsed_ms"}) info.erase(key);
}

void migration_run::attempt() {
  for (;; ++facts_.attempt) {
    const auto mark = *(attempt_mark_ = p_.dispatcher.stats.mark());
    began_ = clock::now();
    if (facts_.attempt > 1) p_.show.migration_begins(step_, number_, of_, facts_.attempt);
    try {
      script_.no_transaction ? statement_by_statement() : in_one_transaction();
      attempt_mark_.reset();
      return;
    } catch (const error &e) {
      undo();
      p_.dispatcher.stats.revert(mark);
      if (e.code == error_code::transaction_ended) end_.fate = fate::unknown;
      if (!try_again(e)) throw;
    } catch (...) {
      undo();
      p_.dispatcher.stats.revert(mark);
      throw;
    }
  }
}

void migration_run::end_without(error why, bool ended) {
  if (failure_) fail(*failure_); // the handler was one that is told of the failure
  if (attempt_mark_ && end_.fate != fate::committed) {
    p_.dispatcher.stats.revert(*attempt_mark_);
    if (end_.fate == fate::untouched) end_.fate = fate::undone;
    end_.session_lost = !ended;
  }
  fail(std::move(why));
}

// Whatever the session was at: afterwards it is idle, or closed, which makes the server roll back.
void migration_run::undo() noexcept {
  if (end_.fate == fate::untouched) end_.fate = fate::undone;
  if (p_.stop.raised()) p_.sessions.work_is_over();
  try {
    auto &c = p_.sessions.run();
    if (c.alive())
      c.exec((c.transaction_status() == postgres::transaction_status::idle ? "" : "ROLLBACK; ") +
             c.fresh_session_sql());
    end_.session_lost = !c.alive();
  } catch (const std::exception &) {
    p_.sessions.drop_run();
    end_.session_lost = true;
  }
}

// Only a lock that was not had in time, and only for statements of the migration itself.
bool migration_run::try_again(const error &e) {
  if (script_.no_transaction || end_.fate != fate::undone || e.sqlstate != postgres::sqlstate::lock_not_available ||
      !e.plugin.empty())
    return false;
  if (facts_.attempt > p_.settings.database.lock_retries) return false;
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto base = std::min<std::uint32_t>(100U << std::min(facts_.attempt - 1, 6U), 5000U);
  const std::chrono::milliseconds pause(std::uniform_int_distribution<std::uint32_t>(base / 2, base)(random));
  p_.show.warning(to_string(e.where) + ": " + e.message + (e.detail.empty() ? "" : " (" + e.detail + ")") +
                  "; attempt " + std::to_string(facts_.attempt) + " was rolled back, the next one begins in " +
                  std::to_string(pause.count()) + " ms");
  p_.stop.wait(pause);
  return true;
}

void migration_run::run(const migration::statement &st) {
  p_.stop.check();
  p_.sessions.require_lock();
  attended guard(p_.sessions, p_.stop, p_.show);
  try {
    run_statement(p_.sessions.run(), script_, st);
  } catch (postgres::server_error &e) {
    guard.explain(e);
    throw;
  }
}

void migration_run::before_sql(sql_scope scope) {
  fire("before_validation", scope);
  fire("before_ddl", scope);
}

void migration_run::after_sql(sql_scope scope) {
  fire("after_ddl", scope);
  if (verify_) {
    if (scope == sql_scope::in_transaction) settle();
    attended guard(p_.sessions, p_.stop, p_.show);
    run_verify_script(p_.sessions.run(), *verify_, scope == sql_scope::in_transaction);
  }
  fire("after_validation", scope);
  fire("cleanup", scope);
}

// What was queued is done, and the transaction is as davit needs it for handlers, which speak UTF-8.
void migration_run::settle() {
  auto &c = p_.sessions.run();
  out_.send();
  if (c.transaction_status() != postgres::transaction_status::in_transaction)
    throw error(error_code::transaction_ended, "a statement ended davit's transaction",
                "take transaction control out of the migration", {script_.file.string(), 0, 0});
  if (!c.speaks_utf8()) c.exec("SET client_encoding = 'UTF8'");
}

// SET TRANSACTION at the top of a file must come before any query, davit's own included. Returns how many of the
// file's statements were sent.
std::size_t migration_run::begin() {
  const auto &all = script_.statements;
  out_.forget();
  out_.add("BEGIN");
  std::size_t sent = 0;
  for (; sent < all.size() && all[sent].kind == sql::statement_kind::set_transaction; ++sent)
    out_.add(script_, all[sent]);
  out_.add(p_.sessions.transaction_setup(), [this](const postgres::result &r) { xid_ = r.text(0, r.columns() - 1); });
  return sent;
}

// Deferred constraints are checked as COMMIT would, but still with the role and search_path that the migration's own
// statements left to its triggers. Both may be the migration's, as the encoding: none is good for the ledger.
void migration_run::prepare_to_commit() {
  out_.add("SET CONSTRAINTS ALL IMMEDIATE", {},
           "a deferred constraint or trigger failed when the migration was about to be committed");
  out_.add("RESET SESSION AUTHORIZATION");
  out_.add("RESET ROLE");
  out_.add("SELECT pg_catalog.set_config('client_encoding', 'UTF8', false), "
           "pg_catalog.set_config('search_path', 'pg_catalog', true), " +
               p_.sessions.lock_is_free_sql() + ", pg_catalog.pg_current_xact_id()",
           [this](const postgres::result &r) {
             if (r.text(0, 2) == "t") sessions::lock_lost();
             if (r.text(0, 3) != xid_)
               throw error(error_code::transaction_ended, "davit's transaction was replaced by another",
                           "take transaction control out of the migration", {script_.file.string(), 0, 0});
           });
  settle();
}

ledger::migration_event migration_run::event_if_done() {
  const auto before = std::exchange(end_.fate, fate::committed);
  ledger::migration_event e = event();
  end_.fate = before;
  return e;
}

// The ledger's row and COMMIT. What the ledger already has is held against what it had when the run was planned before
// COMMIT is sent; a row that is there against all expectation makes it fail.
commit_end migration_run::commit_with(const ledger::migration_event &e) {
  auto &c = p_.sessions.run();
  std::string row;
  if (step_.recorded_state.empty())
    row = p_.ledger.first_event_sql(p_.dispatcher.run.id, e) + "; ";
  else
    p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
  p_.stop.check();
  p_.sessions.require_lock();
  const lost_commit lost{p_.sessions, p_.stop, p_.show, [&](postgres::connection &witness) {
                           return p_.ledger.has_event(witness, p_.dispatcher.run.id, e);
                         }};
  try {
    return commit(c, {row, c.fresh_session_sql()}, [&] { return lost.find_out(xid_); });
  } catch (postgres::server_error &refused) {
    // The migration's own constraints were checked before.
    using namespace postgres::sqlstate;
    if (refused.sqlstate == unique_violation || refused.sqlstate == not_null_violation) p_.ledger.not_taken(e);
    refused.where = {script_.file.string(), 0, 0};
    throw;
  }
}

void migration_run::in_one_transaction() {
  std::size_t i = begin();
  before_sql(sql_scope::in_transaction);
  for (; i < script_.statements.size(); ++i) out_.add(script_, script_.statements[i]);
  after_sql(sql_scope::in_transaction);
  prepare_to_commit();
  const ledger::migration_event e = event_if_done();
  const commit_end end = commit_with(e);
  if (end.answer == commit_answer::unknown) end_.fate = fate::unknown;
  if (end.answer != commit_answer::committed)
    throw error(error_code::connection_lost, "the session was lost while COMMIT was under way",
                "check that the server runs, then look at davit status");
  completed(e, end.followed);
}

void migration_run::statement_by_statement() {
  postgres::connection &c = p_.sessions.run();
  p_.sessions.hold_work_lock();
  c.exec("SET lock_timeout = " + std::to_string(p_.settings.database.lock_timeout.count()) +
         "; SET statement_timeout = " + std::to_string(p_.settings.database.statement_timeout.count()));
  before_sql(sql_scope::autocommit);
  // What the first part had set for its session is not in the database.
  for (std::size_t i = 0; i < step_.skip_statements && i < script_.statements.size(); ++i)
    if (sets_for_session(script_.statements[i])) run(script_.statements[i]);
  run_stepwise();
  if (c.transaction_status() != postgres::transaction_status::idle)
    throw error(error_code::migration_syntax, "the file ends inside a transaction that it began", "end it with COMMIT",
                {script_.file.string(), 0, 0});
  if (!c.speaks_utf8()) c.exec("SET client_encoding = 'UTF8'"); // for handlers and the ledger
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

void migration_run::run_stepwise() {
  ledger::progress progress(p_.sessions.lock(), p_.settings.ledger.schema);
  progress.begin(p_.dispatcher.run.id, event(), step_.skip_statements + (step_.perhaps_one_more ? 1U : 0U));
  const stepwise::parts parts{p_.sessions,
                              p_.stop,
                              p_.show,
                              progress,
                              p_.settings.ledger.schema,
                              step_.files.id,
                              script_,
                              [this](const auto &st) { run(st); }};
  stepwise statements(parts, step_.skip_statements, step_.perhaps_one_more);
  const auto note = [&] {
    end_.statements_done = statements.done();
    end_.next_unsure = statements.unsure();
    if (statements.done() > 0 || statements.unsure() || statements.left_something()) end_.fate = fate::partial;
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

// From here on nothing takes it back. The next file finds what it would find as the first one.
void migration_run::completed(const ledger::migration_event &e, bool session_is_fresh) {
  end_.fate = fate::committed;
  p_.committed();
  p_.show.migration_ends(step_, e);
  if (!session_is_fresh) p_.sessions.drop_run();
}

void migration_run::after_commit() {
  std::exception_ptr failed;
  try {
    fire(post_phase(), sql_scope::own_transaction);
  } catch (const error &e) {
    if (tells_to_stop(e.code)) throw; // they are still owed
    failed = std::current_exception();
  }
  if (p_.dispatcher.has_handlers(post_phase())) p_.hooks_paid(step_.files.id);
  if (failed) std::rethrow_exception(failed);
}

void migration_run::fail(error e) {
  p_.sessions.work_is_over();
  if (p_.stop.raised() && !tells_to_stop(e.code)) {
    error stopped = p_.stop.as_error(); // what failed, failed because it was cancelled
    stopped.where = e.where;
    e = std::move(stopped);
  }
  e.state = end_.describe(step_.files.title());
  failure_ = e;
  if (end_.fate != fate::committed) {
    fire("on_error", p_.sessions.usable() ? sql_scope::own_transaction : sql_scope::none, &e);
    ledger::migration_event ended = event();
    ended.message = e.message;
    record(ended);
    if (script_.no_transaction && end_.fate != fate::unknown) settle_progress();
    p_.show.migration_ends(step_, ended);
  }
  p_.dispatcher.stats.close_layer();
  throw error(std::move(e));
}

void migration_run::record(const ledger::migration_event &e) {
  try {
    p_.ledger.add_event_in(p_.sessions.witness(), p_.dispatcher.run.id, e);
  } catch (const error &second) {
    p_.show.warning("the failure could not be recorded in the ledger: " + second.message);
  }
}

// Without the run lock it is left to whoever takes it next.
void migration_run::settle_progress() {
  try {
    p_.sessions.require_lock();
    ledger::progress(p_.sessions.lock(), p_.settings.ledger.schema).settle();
  } catch (const error &) {
    p_.show.warning("how far " + step_.files.title() + " got is settled by the next run");
  }
}

} // namespace

void migrate(const run_parts &parts, const migration::step &s, std::size_t number, std::size_t of) {
  migration_run it(parts, s, number, of);
  parts.under_way = &it;
  const auto over = [&parts](migration_run *) { parts.under_way = nullptr; };
  const std::unique_ptr<migration_run, decltype(over)> registered(&it, over);
  it.run();
}

} // namespace davit::lifecycle
