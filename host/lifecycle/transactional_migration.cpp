#include "lifecycle/transactional_migration.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/lost_commit.hpp"

#include <utility>

namespace davit::lifecycle {

using plugin::sql_scope;

void transactional_migration::attempt() {
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

// Only a lock that was not had in time, and only for statements of the migration itself.
bool transactional_migration::worth_another_attempt(const error &e) const {
  return end_.fate == fate::undone && e.sqlstate == postgres::sqlstate::lock_not_available && e.plugin.empty();
}

// SET TRANSACTION at the top of a file must come before any query, davit's own included. Returns how many of the
// file's statements were sent.
std::size_t transactional_migration::begin() {
  const auto &all = script_.statements;
  out_.forget();
  out_.add("BEGIN");
  std::size_t sent = 0;
  for (; sent < all.size() && all[sent].kind == sql::statement_kind::set_transaction; ++sent)
    out_.add(script_, all[sent]);
  out_.add(p_.sessions.transaction_setup(), [this](const postgres::result &r) { xid_ = r.text(0, r.columns() - 1); });
  return sent;
}

void transactional_migration::settle() {
  auto &c = p_.sessions.run();
  out_.send();
  if (c.transaction_status() != postgres::transaction_status::in_transaction)
    throw error(error_code::transaction_ended, "a statement ended davit's transaction",
                "take transaction control out of the migration", {script_.file.string(), 0, 0});
  speak_utf8(c);
}

// Deferred constraints are checked as COMMIT would, but still with the role and search_path that the migration's own
// statements left to its triggers. Both may be the migration's, as the encoding: none is good for the ledger. A trigger
// that defers again has its turn in COMMIT, for which they come back.
void transactional_migration::prepare_to_commit() {
  std::string failed = "a deferred constraint or trigger failed when the migration was about to be committed";
  if (const std::string others = p_.dispatcher.writers_inside(); !others.empty())
    failed += "; it may be due to what plugins have written in its transaction (" + others +
              "), whose on_failure does not reach so far";
  out_.add("SET CONSTRAINTS ALL IMMEDIATE", {}, std::move(failed));
  out_.add("SELECT session_user, pg_catalog.current_setting('role'), pg_catalog.current_setting('search_path')",
           [this](const postgres::result &r) {
             left_ = {std::string(r.text(0, 0)), std::string(r.text(0, 1)), std::string(r.text(0, 2))};
           });
  out_.add("RESET SESSION AUTHORIZATION");
  out_.add("RESET ROLE");
  const std::string own_path =
      step_.recorded_state.empty() ? "" : ", pg_catalog.set_config('search_path', 'pg_catalog', true)";
  out_.add("SELECT " + p_.sessions.lock_is_free_sql() +
               ", pg_catalog.pg_current_xact_id(), pg_catalog.set_config('client_encoding', 'UTF8', false)" + own_path,
           [this](const postgres::result &r) {
             if (r.text(0, 0) == "t") sessions::lock_lost();
             if (r.text(0, 1) != xid_)
               throw error(error_code::transaction_ended, "davit's transaction was replaced by another",
                           "take transaction control out of the migration", {script_.file.string(), 0, 0});
           });
  settle();
}

// What a trigger within COMMIT is to find, where it would find something else.
std::string transactional_migration::as_it_left_them() const {
  std::string sql;
  if (!step_.recorded_state.empty())
    sql += "SELECT pg_catalog.set_config('search_path'," + postgres::quote_literal(left_.search_path) + ", true); ";
  if (left_.session_user != p_.sessions.run().user())
    sql += "SET LOCAL SESSION AUTHORIZATION " + postgres::quote_identifier(left_.session_user) + "; ";
  if (left_.role != "none") sql += "SET LOCAL ROLE " + postgres::quote_identifier(left_.role) + "; ";
  return sql;
}

// The ledger's row and COMMIT. What the ledger already has is held against what it had when the run was planned before
// COMMIT is sent; a row that is there against all expectation makes it fail.
commit_end transactional_migration::commit_with(const ledger::migration_event &e) {
  auto &c = p_.sessions.run();
  p_.stop.check();
  p_.sessions.require_lock();
  const lost_commit lost{p_.sessions, p_.stop, p_.show, [&](postgres::connection &witness) {
                           return p_.ledger.has_event(witness, p_.dispatcher.run.id, e);
                         }};
  const attended guard(p_.sessions, p_.stop, p_.show); // somebody else may have locked the ledger
  try {
    std::string row;
    if (step_.recorded_state.empty())
      row = p_.ledger.first_event_sql(p_.dispatcher.run.id, e) + "; ";
    else
      p_.ledger.add_event_in(c, p_.dispatcher.run.id, e);
    return commit(c, {row + as_it_left_them(), c.fresh_session_sql()}, [&] { return lost.find_out(xid_); });
  } catch (postgres::server_error &refused) {
    guard.explain(refused);
    // The migration's own constraints were checked before.
    if (p_.ledger.tells_not_taken(refused)) p_.ledger.not_taken(e);
    refused.where = {script_.file.string(), 0, 0};
    throw;
  }
}

} // namespace davit::lifecycle
