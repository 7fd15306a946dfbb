#include "lifecycle/stepwise/final_row.hpp"

#include "ledger/progress.hpp"
#include "lifecycle/lost_commit.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"

#include <optional>

namespace davit::lifecycle {
namespace {

// Without the run lock the row is as true: whoever holds that lock by now waits for this session, or has changed what
// the row builds upon, and then the row is refused.
constexpr const char *no_objection = "false";

// The session's hold on the work lock ends with the transaction, which has it, too: where the answer is lost, nobody
// could end it afterwards.
postgres::batch row_of(const run_parts &p, const ledger::migration_event &e) {
  postgres::batch out;
  out.add(ledger_patience_sql());
  out.add(p.ledger.event_sql(p.dispatcher.run.id, e, {no_objection, no_objection}));
  out.add(p.sessions.release_work_lock_sql(), {},
          [&all = p.sessions](const postgres::result &r) { all.work_lock_released(r.text(0, 0) == "t"); });
  return out;
}

void explain(postgres::server_error &refused, const std::string &title) {
  explain_row(refused, title);
  if (refused.code != error_code::connection_lost) return;
  refused.message = "the session was lost before the ledger had taken the row of " + title + ": " + refused.message;
  refused.hint = "every statement of the file is done, but the ledger does not have it as a whole: check that the "
                 "server runs, then look at davit repair";
}

} // namespace

commit_end write_final_row(const run_parts &p, const migration::step &step, const ledger::migration_event &e) {
  auto &c = p.sessions.run();
  c.exec(c.reset_sql());
  std::string xid;
  const lost_commit lost{p.sessions, p.stop, p.show, [&](postgres::connection &witness) {
                           return p.ledger.has_event(witness, p.dispatcher.run.id, e);
                         }};
  // Where its progress cannot be deleted, the row tells that it is over.
  const std::string after =
      ledger::progress::finish_sql(p.settings.ledger.schema, p.dispatcher.run.id, e.id) + "; " + c.fresh_session_sql();
  std::optional<ledger_wait> wait;
  p.sessions.watch_run(wait);
  try {
    const auto begun = c.exec("BEGIN; " + p.sessions.transaction_setup());
    xid = begun.text(0, begun.columns() - 1);
    return commit(c, row_of(p, e), after, [&] { return lost.find_out(xid); });
  } catch (postgres::server_error &refused) {
    explain(refused, step.files.title());
    if (ledger::ledger::why_refused(refused) == ledger::refusal::not_taken) ledger::ledger::not_taken(e);
    throw;
  }
}

} // namespace davit::lifecycle
