#include "lifecycle/transactional_migration.hpp"

#include "lifecycle/lost_commit.hpp"
#include "lifecycle/outside_effects.hpp"
#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"

#include <utility>

namespace davit::lifecycle {

using plugin::sql_scope;

void transactional_migration::attempt() {
  std::size_t i = begin();
  before_sql(sql_scope::in_transaction);
  for (; i < script_.statements.size(); ++i) out_.add(script_, script_.statements[i]);
  out_.add("SELECT pg_catalog.current_setting('session_authorization'), pg_catalog.current_setting('role'), "
           "pg_catalog.current_setting('lock_timeout')",
           [this](const postgres::result &r) {
             left_ = {std::string(r.text(0, 0)), std::string(r.text(0, 1)), std::string(r.text(0, 2))};
           });
  after_sql(sql_scope::in_transaction);
  settle();
  const ledger::migration_event e = event_if_done();
  const commit_end end = commit_with(e);
  if (end.answer == commit_answer::unknown) {
    end_.fate = fate::unknown;
    throw error(error_code::connection_lost, "the session was lost while COMMIT was under way",
                "check that the server runs, then look at davit status");
  }
  completed(e, end.followed);
}

// Only a lock that was not had in time, and only for statements of the migration itself.
bool transactional_migration::worth_another_attempt(error &e) const {
  if (end_.fate != fate::undone || e.sqlstate != postgres::sqlstate::lock_not_available || !e.plugin.empty() ||
      row_refused_)
    return false;
  const std::string outside = acted_outside_before(script_, verify_, e.where);
  if (outside.empty()) return true;
  e.hint += (e.hint.empty() ? "" : "; ") + ("it was not tried again: " + outside +
                                            " acts outside of the transaction, and would do so twice; make it a "
                                            "migration of its own");
  return false;
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

// Deferred constraints are checked as COMMIT would, but still with the role, search_path and lock_timeout that the
// migration's own statements left to its triggers. Those may not be good for the ledger; a trigger that defers again
// has its turn in COMMIT, for which they come back. The row makes all of it fail if it must not be written.
postgres::batch transactional_migration::before_commit(const ledger::migration_event &e) {
  postgres::batch out;
  out.add("SET CONSTRAINTS ALL IMMEDIATE", {}, {}, [this](postgres::server_error &refused) {
    if (refused.code == error_code::connection_lost) return;
    refused.where = {script_.file.string(), 0, 0};
    refused.hint = hint_on_deferred();
  });
  out.add("RESET SESSION AUTHORIZATION");
  out.add("RESET ROLE");
  out.add(ledger_patience_sql()); // lock_timeout spares the application, which knows nothing of the ledger
  row_refused_ = false;
  out.add(
      p_.ledger.event_sql(p_.dispatcher.run.id, e,
                          {p_.sessions.lock_is_free_sql(),
                           "pg_catalog.pg_current_xact_id() OPERATOR(pg_catalog.<>) '" + xid_ + "'::pg_catalog.xid8"}),
      {}, {}, [this](postgres::server_error &) { row_refused_ = true; });
  out.add("SET LOCAL lock_timeout = " + postgres::quote_literal(left_.lock_timeout));
  if (left_.session_user != p_.sessions.run().user())
    out.add("SET LOCAL SESSION AUTHORIZATION " + postgres::quote_identifier(left_.session_user));
  if (left_.role != "none") out.add("SET LOCAL ROLE " + postgres::quote_identifier(left_.role));
  return out;
}

// Says why in words of the run's, where it can.
void transactional_migration::explain(postgres::server_error &refused, const ledger::migration_event &e) const {
  if (!row_refused_) {
    if (refused.where.file.empty() && refused.code != error_code::connection_lost)
      refused.where = {script_.file.string(), 0, 0};
    return;
  }
  explain_row(refused, step_.files.title());
  switch (ledger::ledger::why_refused(refused)) {
  case ledger::refusal::none: return;
  case ledger::refusal::not_taken: ledger::ledger::not_taken(e);
  case ledger::refusal::lock_is_lost: sessions::lock_lost();
  case ledger::refusal::transaction_is_another:
    throw error(error_code::transaction_ended, "davit's transaction was replaced by another",
                "take transaction control out of the migration", {script_.file.string(), 0, 0});
  }
}

// What the ledger already has is held against what it had when the run was planned.
commit_end transactional_migration::commit_with(const ledger::migration_event &e) {
  auto &c = p_.sessions.run();
  p_.stop.check();
  p_.sessions.require_lock();
  const lost_commit lost{p_.sessions, p_.stop, p_.show, [&](postgres::connection &witness) {
                           return p_.ledger.has_event(witness, p_.dispatcher.run.id, e);
                         }};
  const attended guard(p_.sessions, p_.stop, p_.show); // somebody else may have locked the ledger
  try {
    return commit(c, before_commit(e), c.fresh_session_sql(), [&] { return lost.find_out(xid_); });
  } catch (postgres::server_error &refused) {
    guard.explain(refused);
    explain(refused, e);
    throw;
  }
}

} // namespace davit::lifecycle
