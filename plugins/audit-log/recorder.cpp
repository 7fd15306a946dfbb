#include "recorder.hpp"

#include "failure_text.hpp"

#include <utility>

namespace audit_log {
namespace {

outcome committed_outcome(bool up) { return {up ? "applied" : "reverted", std::nullopt, std::nullopt}; }

std::int64_t committed_so_far(const davit::context &cx) { return cx.info<std::int64_t>("run.done").value_or(0); }

std::string word_for(const davit_error &e, std::string otherwise) {
  if (e.status == DAVIT_VETO) return "vetoed";
  if (e.status == DAVIT_ERR_DEADLINE) return "deadline";
  if (e.status == DAVIT_ERR_CANCELLED) return "interrupted";
  return otherwise;
}

outcome failed_outcome(const davit::context &cx, std::string word) {
  const davit_error *e = cx.failure();
  if (!e) return {std::move(word), std::nullopt, std::nullopt};
  outcome o{word_for(*e, std::move(word)), std::nullopt, failure_text(*e)};
  if (e->sqlstate.len) o.sqlstate = std::string(e->sqlstate.data, e->sqlstate.len);
  return o;
}

void report(const davit::context &cx, const std::string &word, const audit_table &table) {
  cx.report(1, "recorded as " + word + " in " + table.quoted());
}

} // namespace

void transaction_recorder::done(davit::context &cx) const {
  // The migration may have become another user, who need not have any right to the audit table. davit restores both
  // afterwards.
  if (!cx.migration().no_transaction) {
    cx.query("SET LOCAL ROLE NONE");
    cx.query("SET LOCAL SESSION AUTHORIZATION DEFAULT");
  }
  const outcome o = committed_outcome(cx.migration().up);
  table_.record(cx, cx.db(), o);
  report(cx, o.word, table_);
}

void transaction_recorder::failed(davit::context &cx) const {
  const outcome o = failed_outcome(cx, "failed");
  table_.record(cx, cx.db(), o);
  report(cx, o.word, table_);
}

void side_recorder::started(davit::context &cx) {
  open_.reset();
  if (cx.run().dry) {
    // What a migration before this one has made is not to be seen from there.
    if (committed_so_far(cx) == 0) table_.foresee(cx.side());
    return cx.report("dry run: nothing is recorded, as a side connection cannot be rolled back");
  }
  open_ = open_row{table_.begin(cx, cx.side()), cx.migration().up, committed_so_far(cx), std::nullopt};
  report(cx, "started", table_);
}

void side_recorder::committed(davit::context &cx) { complete(cx, committed_outcome(cx.migration().up)); }

void side_recorder::failed(davit::context &cx) {
  const outcome o = failed_outcome(cx, "failed");
  if (open_ || cx.run().dry) return complete(cx, o);
  // Another plugin refused the migration before it was this one's turn.
  table_.record(cx, cx.side(), o);
  report(cx, o.word, table_);
}

void side_recorder::run_failed(davit::context &cx) {
  if (!open_) return cx.report("no row was left open");
  if (open_->known) return complete(cx, *std::exchange(open_->known, std::nullopt));
  // What stopped the run behind COMMIT, before it was this one's turn, does not undo the migration.
  if (committed_so_far(cx) > open_->committed_before) return complete(cx, committed_outcome(open_->up));
  complete(cx, failed_outcome(cx, cx.info<std::string>("run.outcome").value_or("failed")));
}

void side_recorder::complete(davit::context &cx, outcome o) {
  if (!open_) return cx.report("nothing is recorded"); // a dry run
  open_->known = std::move(o);
  table_.finish(cx.side(), open_->id, *open_->known);
  report(cx, open_->known->word, table_);
  open_.reset();
}

} // namespace audit_log
