#include "lifecycle/stepwise/stepwise.hpp"

#include "lifecycle/lost_commit.hpp"
#include "lifecycle/statements.hpp"
#include "lifecycle/stepwise/concurrent_index.hpp"
#include "lifecycle/stepwise/transaction_count.hpp"
#include "postgres/lock_timeout.hpp"
#include "sql/committing_block.hpp"
#include "sql/outside_effect.hpp"
#include "sql/token_reader.hpp"

namespace davit::lifecycle {
namespace {

using postgres::transaction_status;
using sql::statement_kind;

// Refused, or changed in what they do, inside a transaction block.
bool wants_no_block(const migration::statement &st) {
  sql::token_reader words(st.text);
  return st.kind == statement_kind::outside_transaction || st.kind == statement_kind::set_transaction ||
         words.is("call") || words.is("set") || words.is("reset") || sql::may_end_transactions(st.text);
}

bool leaves_trace(const migration::statement &st) {
  sql::token_reader words(st.text);
  return st.kind != statement_kind::set_transaction && !words.is("set") && !words.is("reset");
}

bool refused_in_block(const postgres::server_error &e) {
  return e.sqlstate == postgres::sqlstate::active_sql_transaction ||
         e.sqlstate == postgres::sqlstate::invalid_transaction_termination;
}

// A refusal with a call stack came from inside of a function or block, after whatever that had done before.
bool refused_at_once(const postgres::server_error &e) { return e.context.empty(); }

std::string refused_late_hint(const postgres::server_error &e) {
  return (e.hint.empty() ? std::string() : e.hint + "; ") +
         "it was not sent again without a transaction, for what it had done outside of the database before would be "
         "done twice: make what needs no transaction a statement of its own";
}

// What is tidied up twice is as tidy.
bool may_be_repeated(const migration::statement &st) {
  const sql::token_reader words(st.text);
  return words.is("vacuum") || words.is("analyze") || words.is("cluster") || words.is("reindex");
}

error lost_at_commit() {
  return {error_code::connection_lost, "the session was lost while COMMIT was under way",
          "check that the server runs, then look at davit status"};
}

} // namespace

void stepwise::go() try {
  for (std::size_t i = done_; i < p_.script.statements.size(); ++i) step(i);
} catch (...) {
  // Statements that changed nothing in the database count as well, but were not each worth a word.
  try {
    if (noted_ != done_ && !unsure_ && !lost_) reach(done_, std::nullopt);
  } catch (const error &e) { // what stopped the file is what is to be told
    p_.show.warning("how far " + p_.id.text() + " got could not be written down: " + e.message);
  }
  throw;
}

void stepwise::step(std::size_t i) {
  const auto &st = p_.script.statements[i];
  auto &c = p_.sessions.run();
  const bool inside = c.transaction_status() == transaction_status::in_transaction;
  if (inside && (st.kind == statement_kind::commit || st.kind == statement_kind::two_phase))
    return commit_file_transaction(i);
  const bool begins = st.kind == statement_kind::begin || st.kind == statement_kind::begin_with_modes;
  if (!inside && begins) p_.sessions.renew_work_lock(); // an earlier statement may have given it up
  // Inside a BEGIN of the file's own nothing is certain before its COMMIT.
  if (inside || begins) {
    p_.run(st);
    if (c.transaction_status() == transaction_status::idle) finished(i);
    return;
  }
  wants_no_block(st) ? on_its_own(i) : in_transaction_of_its_own(i);
}

void stepwise::in_transaction_of_its_own(std::size_t i) {
  const auto &st = p_.script.statements[i];
  auto &c = p_.sessions.run();
  const bool outside = !sql::outside_effect(st.text).empty();
  if (outside) reach(i + 1, std::nullopt); // no rollback takes that back
  c.exec("BEGIN; " + p_.sessions.own_transaction_setup());
  try {
    p_.run(st);
  } catch (postgres::server_error &e) {
    const bool refused = refused_in_block(e) && c.alive();
    acted_outside_ = outside || (refused && !refused_at_once(e) && !may_be_repeated(st));
    if (refused && acted_outside_) e.hint = refused_late_hint(e);
    if (refused && acted_outside_ && !outside) reach(i + 1, std::nullopt);
    if (!refused || acted_outside_) throw;
    c.exec("ROLLBACK"); // nothing of it was done
    return on_its_own(i);
  }
  commit(i, [&] { c.exec("COMMIT"); });
  if (noted_ != done_ && leaves_trace(st)) reach(done_, std::nullopt); // what it called may have acted elsewhere
}

// What has given up the locks of its session is not to be left alone with COMMIT, either. What is prepared cannot have
// that lock by transaction and by session; it is not committed, and yet this statement is done.
void stepwise::commit_file_transaction(std::size_t i) {
  const bool prepares = p_.script.statements[i].kind == statement_kind::two_phase;
  if (prepares)
    p_.sessions.renew_work_lock();
  else
    p_.sessions.run().exec(p_.sessions.own_transaction_setup());
  commit(i, [&] { p_.run(p_.script.statements[i]); });
  if (prepares) reach(done_, std::nullopt);
}

void stepwise::commit(std::size_t i, const std::function<void()> &send) {
  auto &c = p_.sessions.run();
  const auto r = c.exec("SELECT pg_catalog.pg_current_xact_id_if_assigned()");
  const std::string xid(r.is_null(0, 0) ? "" : r.text(0, 0));
  if (!xid.empty()) reach(i + 1, xid);
  try {
    send();
  } catch (postgres::server_error &e) {
    if (e.code != error_code::connection_lost) {
      place_error(e, p_.script, p_.script.statements[i]);
      throw;
    }
    if (xid.empty()) throw; // it changed nothing
    const lost_commit found{p_.sessions, p_.stop, p_.show, [&](postgres::connection &witness) {
                              return ledger::progress::has(witness, p_.schema, p_.id, xid);
                            }};
    const auto answer = found.find_out(xid);
    lost_ = answer == commit_answer::unknown;
    if (answer == commit_answer::committed) done_ = static_cast<std::uint32_t>(i + 1);
    throw lost_at_commit();
  }
  finished(i);
}

// An earlier run had sent this very statement, and it failed, or nobody knows how it ended.
bool stepwise::sent_before(std::size_t i) const {
  if (i != step_.skip_statements || !step_.perhaps_more()) return false;
  return step_.begun_checksum.empty() || step_.begun_checksum == checksums_.of_first(i + 1);
}

void stepwise::on_its_own(std::size_t i) {
  const auto &st = p_.script.statements[i];
  const bool noted = leaves_trace(st);
  concurrent_index index({p_.sessions, p_.stop, p_.show, p_.lock_retries}, p_.script, st);
  if (!sent_before(i))
    index.refuse_another();
  else if (step_.begun_failed)
    index.drop_leftovers();
  else if (index.was_completed({p_.id.text(), i + 1}))
    return finished(i);
  p_.sessions.renew_work_lock();
  const bool resets_it = sql::token_reader(st.text).is("discard");
  postgres::without_lock_timeout timeout(p_.sessions.run(),
                                         st.kind == statement_kind::outside_transaction && !resets_it);
  lock_timeout_ = timeout.before();
  const transaction_count transactions(p_.sessions.run());
  if (noted) reach(i + 1, std::nullopt);
  try {
    p_.run(st);
    timeout.restore();
    lock_timeout_.clear();
    index.require_valid();
  } catch (error &e) {
    unsure_ = e.code == error_code::connection_lost;
    in_part_ =
        !unsure_ && e.code != error_code::invalid_index && noted && !may_be_repeated(st) && transactions.several();
    leftover_ = !unsure_ && index.add_leftovers(p_.id.text(), e);
    if (noted && !unsure_) note_failure(i);
    throw;
  }
  finished(i);
  if (noted) reach(done_, std::nullopt);
}

// The server has answered: whatever is found in the database later, this has not completed it.
void stepwise::note_failure(std::size_t i) try {
  if (in_part_ || leftover_)
    reach(i + 1, std::nullopt, true);
  else
    reach(done_, std::nullopt);
} catch (const error &e) { // why the statement failed is what is to be told
  p_.show.warning("that statement " + std::to_string(i + 1) + " of " + p_.id.text() +
                  " failed could not be written down: " + e.message);
}

void stepwise::reach(std::size_t begun, std::optional<std::string> xid, bool failed) {
  const std::uint32_t noted = xid ? static_cast<std::uint32_t>(begun) : done_;
  p_.progress.reach(p_.id, {done_, static_cast<std::uint32_t>(begun), std::move(xid), checksums_.of_first(done_),
                            checksums_.of_first(begun), failed});
  noted_ = noted;
}

void stepwise::finished(std::size_t i) { done_ = static_cast<std::uint32_t>(i + 1); }

} // namespace davit::lifecycle
