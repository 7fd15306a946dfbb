#include "lifecycle/dispatcher.hpp"

#include "plugin/leaving.hpp"

#include <algorithm>
#include <utility>

namespace davit::lifecycle {

using config::failure_policy;
using plugin::outcome;

namespace {

bool only_logged(const plugin::phase_row &phase) { return phase.failure == plugin::phase_failure::LOG; }

// Writing, or what runs outside of transaction blocks only.
bool refused_as_read_only(const error &e) {
  return e.sqlstate == postgres::sqlstate::read_only_transaction ||
         e.sqlstate == postgres::sqlstate::active_sql_transaction;
}

// What had failed before, and where others were called all the same.
void add_to(error &e, const error &other) {
  e.detail += (e.detail.empty() ? "" : "; ") + std::string("plugin '") + other.plugin + "', handler '" + other.handler +
              "' at " + other.phase + " failed: " + other.message;
}

} // namespace

void dispatcher::fire(plugin::phase which, plugin::sql_scope scope, const plugin::migration_facts *migration,
                      const error *failure) {
  try {
    call_handlers(which, scope, migration, failure);
  } catch (...) {
    care_.put_back();
    throw;
  }
  only_logged(which) ? care_.put_back() : care_.phase_over();
}

void dispatcher::call_handlers(plugin::phase which, plugin::sql_scope scope, const plugin::migration_facts *migration,
                               const error *failure) {
  const plugin::phase_row &phase = which;
  const auto goes_on_at = std::exchange(resume_at_, std::nullopt);
  const std::size_t from = goes_on_at && now_.phase == &phase ? *goes_on_at : 0;
  now_.begin_at(phase, from, migration);
  if (from == 0) show_.phase(phase.name, plugins_.at(phase).size());
  try {
    call_all(scope, failure);
  } catch (error &e) {
    tell_left_out();
    if (now_.failed) add_to(e, *now_.failed);
    throw;
  }
  if (now_.failed) throw error(*now_.failed);
}

void dispatcher::call_all(plugin::sql_scope scope, const error *failure) {
  const plugin::phase_row &phase = *now_.phase;
  const bool stoppable = !only_logged(phase);
  const auto &bindings = plugins_.at(phase);
  while (now_.next < bindings.size()) {
    const auto &b = *bindings[now_.next];
    if (stoppable && !b.owner->abandoned()) stop_.check();
    ++now_.next;
    if (b.owner->abandoned()) continue;
    if (run.dry && b.owner->acts_outside() && !b.what->dry_run_safe) {
      skip(b);
      continue;
    }
    if (std::exchange(now_.call_failed, false) && before_next) before_next(now_.failed ? &*now_.failed : nullptr);
    now_.called = &b;
    now_.stats = stats.mark();
    care_.before(b);
    now_.began = clock::now();
    clock::time_point ended;
    try {
      ended = call(b, {run, now_.migration, failure, info, sessions_, scope, stats, phase, now_.began});
    } catch (error &e) {
      ended = clock::now();
      if (!others_follow(e)) {
        care_.called_last(b);
        care_.name_culprit(e); // as long as the session is there to be looked at
        care_.put_back();
        throw;
      }
      if (now_.failed)
        add_to(*now_.failed, e);
      else
        now_.failed = std::move(e);
      plugin::decide_failure(*now_.failed); // the next one may end davit
    } catch (...) {
      care_.called_last(b);
      throw;
    }
    stoppable ? care_.after(b, scope, ended) : care_.after_logged(b, ended);
  }
  if (stoppable) stop_.check();
}

// After a failure. What is committed is so for the other plugins, too.
bool dispatcher::others_follow(const error &e) const {
  return now_.phase->failure == plugin::phase_failure::KEEP && !now_.session_lost && !tells_to_stop(e.code);
}

// Before COMMIT a phase that ends early ends with all that the others would have looked at.
void dispatcher::tell_left_out() const {
  if (now_.phase->failure != plugin::phase_failure::KEEP) return;
  std::string names;
  const auto &bindings = plugins_.at(*now_.phase);
  for (std::size_t i = now_.next; i < bindings.size(); ++i)
    names += (names.empty() ? "" : ", ") + bindings[i]->owner->name() + "." + bindings[i]->what->name;
  if (names.empty()) return;
  std::string where(now_.phase->name);
  if (now_.migration) where += " of " + now_.migration->version + "_" + now_.migration->name;
  show_.warning("not called at " + where + (run.dry ? "" : ", and not by a later run either") + ": " + names);
}

std::string dispatcher::writers_inside() const {
  std::string out;
  for (const auto &phase : plugin::phases()) {
    if (phase.connection != plugin::phase_connection::TX) continue;
    for (const auto *b : plugins_.at(phase)) {
      const std::string name = "'" + b->owner->name() + "'";
      if (b->owner->rights() != plugin::access::write || out.find(name) != std::string::npos) continue;
      out += (out.empty() ? "" : ", ") + name;
    }
  }
  return out;
}

std::string dispatcher::writers_at(const plugin::phase_row &phase) const {
  std::string out;
  for (const auto *b : plugins_.at(phase))
    if (b->owner->rights() == plugin::access::write && !b->owner->abandoned())
      out += (out.empty() ? "" : ", ") + b->owner->name() + "." + b->what->name + " at " + b->phase;
  return out;
}

bool dispatcher::may_send_sql(const plugin::phase_row &phase) const {
  const auto &all = plugins_.at(phase);
  return std::any_of(all.begin(), all.end(), [](const auto *b) { return b->owner->rights() != plugin::access::none; });
}

// Nothing rolls back what it would do outside of the database.
void dispatcher::skip(const plugin::binding &b) {
  plugin::call_result r;
  r.outcome = outcome::skipped;
  r.message = "it may act outside of the database (net or exec), and is not declared safe in a dry run";
  now_.began = clock::now();
  write_down(b, r);
  show_.handler_done(b, r, false);
}

void dispatcher::tell_failed_before(error &e) const {
  if (now_.failed) add_to(e, *now_.failed);
}

void dispatcher::give_up(const error &why) {
  care_.called_last(*now_.called);
  stats.revert(now_.stats);
  plugin::call_result r;
  r.outcome = outcome::abandoned;
  r.failure = why;
  r.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - now_.began);
  write_down(*now_.called, r);
  show_.handler_done(*now_.called, r, only_logged(*now_.phase));
  resume_at_ = now_.next;
  tell_left_out();
}

void dispatcher::write_down(const plugin::binding &b, const plugin::call_result &r) {
  journal::entry &e = journal_.add();
  e.called = &b;
  if (now_.migration) e.migration = now_.migration->version;
  e.outcome = r.outcome;
  e.message = r.said();
  e.rows_affected = r.rows_affected;
  e.duration = r.duration;
  e.began = now_.began;
}

void dispatcher::scrub(error &e) const {
  if (plugins_.instances().empty()) return;
  const auto &hidden = plugins_.instances().front()->shared().secrets; // of all of them
  for (std::string *text : {&e.message, &e.detail, &e.context, &e.server_hint}) *text = hidden.scrub(*text);
}

dispatcher::clock::time_point dispatcher::call(const plugin::binding &b, const plugin::occasion &when) {
  plugin::call_result r = plugin::call_handler(b, when);
  if (run.dry && r.failure && r.failure->hint.empty() && refused_as_read_only(*r.failure))
    r.failure->hint = "in a dry run the side connection is read-only: let the handler ask run().dry, and do without";
  write_down(b, r);
  for (const auto &what : r.outside) outside_.insert(what + " by " + b.who);
  const bool forgiven = only_logged(when.phase);
  const bool told_to_stop = stop_.raised() && !forgiven && !r.session_lost; // then it failed because of that
  const bool softened = r.failure && !told_to_stop && r.outcome != outcome::veto &&
                        (forgiven || (b.on_failure != failure_policy::abort && !r.session_lost));
  show_.handler_done(b, r, softened);
  now_.call_failed = r.failure && (forgiven || when.phase.failure == plugin::phase_failure::KEEP);
  if (!r.failure || softened) return now_.began + r.duration;
  now_.session_lost = r.session_lost;
  now_.cut_short = stop_.raised();
  if (told_to_stop) throw stop_.as_error();
  throw error(*r.failure);
}

} // namespace davit::lifecycle
