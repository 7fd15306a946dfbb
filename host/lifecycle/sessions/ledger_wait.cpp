#include "lifecycle/sessions/ledger_wait.hpp"

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr auto before_a_look = 1s; // what takes longer than that most likely waits
constexpr auto once_stopped = 1s;

std::string patience() { return "'" + std::to_string(ledger_patience.count()) + "s'"; }

} // namespace

std::string ledger_session_sql() {
  return "SET search_path = pg_catalog, pg_temp; SET row_security = off; SET lock_timeout = " + patience();
}

std::string ledger_patience_sql() { return "SET LOCAL lock_timeout = " + patience(); }

namespace {

constexpr const char *free_the_ledger =
    "wait until that session has let go of davit's tables, or end it, then run davit again";

// What has a call stack is the database's: no statement of davit's own calls a function that has one.
void explain_foreign_code(postgres::server_error &e) {
  if (e.context.empty() || !e.hint.empty() || e.code != error_code::sql) return;
  e.hint = "it was code of the database (see the context), called by a statement of davit's own on its ledger: a "
           "trigger, rule, policy or event trigger; search_path is pg_catalog in this session: let that code name "
           "what it uses with its schema, or set its own search_path";
}

} // namespace

void advise_grant(postgres::server_error &e) {
  if (e.sqlstate == postgres::sqlstate::insufficient_privilege && e.hint.empty())
    e.hint = "davit doctor prints the GRANT that is missing";
}

void explain_wait(postgres::server_error &e, const std::string &seen) {
  advise_grant(e);
  const bool gave_up =
      e.sqlstate == postgres::sqlstate::lock_not_available || e.sqlstate == postgres::sqlstate::query_canceled;
  if (!gave_up || seen.empty()) return;
  e.message += ": a statement of davit's own waited for " + seen;
  if (e.hint.empty()) e.hint = free_the_ledger;
}

void explain_row(postgres::server_error &e, const std::string &migration) {
  if (e.code == error_code::connection_lost) return; // then it is not about the row
  e.where = {};
  e.message = "the row of " + migration + " could not be written to the ledger: " + e.message;
  if (e.sqlstate == postgres::sqlstate::lock_not_available) e.hint = free_the_ledger;
  advise_grant(e);
}

ledger_wait::ledger_wait(postgres::connection &session, std::function<postgres::connection()> open,
                         lock_holders::told show, const interrupt *stop)
    : session_(session), open_(std::move(open)), show_(std::move(show)), stop_(stop) {
  session_.while_waiting(before_a_look, [this] { look(); });
  session_.on_refusal([this](postgres::server_error &e) { explain(e); });
}

ledger_wait::~ledger_wait() {
  session_.while_waiting({}, nullptr);
  session_.on_refusal(nullptr);
}

void ledger_wait::look() {
  try {
    if (!ask_) ask_.emplace(open_());
  } catch (const error &) {
    return; // to know more about a wait is no reason to end it
  }
  if (!holders_) holders_.emplace(*ask_, session_.backend_pid(), show_);
  // Where the server did not end the wait in that time, what it says about it is no sign of life any more.
  const bool overdue = stopped_ && clock::now() - *stopped_ > ledger_patience;
  if (!overdue && !holders_->look()) return stopped_.reset();
  if (!stop_ || !stop_->raised()) return;
  if (!stopped_) stopped_ = clock::now();
  if (clock::now() - *stopped_ >= once_stopped) session_.cancel()->request();
}

void ledger_wait::explain(postgres::server_error &e) {
  const bool by_others = e.sqlstate == postgres::sqlstate::query_canceled && !stopped_;
  stopped_.reset();
  explain_wait(e, holders_ && !by_others ? holders_->seen() : "");
  explain_foreign_code(e);
}

} // namespace davit::lifecycle
