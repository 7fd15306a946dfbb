#include "lifecycle/dispatcher.hpp"

#include <utility>

namespace davit::lifecycle {

using config::failure_policy;
using plugin::outcome;

namespace {

// Writing, or what runs outside of transaction blocks only.
bool refused_as_read_only(const error &e) {
  return e.sqlstate == postgres::sqlstate::read_only_transaction ||
         e.sqlstate == postgres::sqlstate::active_sql_transaction;
}

} // namespace

void dispatcher::fire(std::string_view phase, plugin::sql_scope scope, const plugin::migration_facts *migration,
                      const error *failure) {
  const plugin::phase_row &row = *plugin::find_phase(phase);
  const bool only_logged = row.failure == plugin::phase_failure::LOG;
  const auto bindings = plugins_.at(phase);
  const auto goes_on_at = std::exchange(resume_at_, std::nullopt);
  std::size_t place = goes_on_at && now_.phase == phase ? *goes_on_at : 0;
  now_ = {std::string(phase), place, nullptr, migration ? migration->version : "", 0, {}};
  if (place == 0) show_.phase(phase, bindings.size());
  for (; place < bindings.size(); ++place) {
    const auto &b = *bindings[place];
    if (b.owner->abandoned()) continue;
    if (!only_logged) stop_.check();
    if (run.dry && b.owner->acts_outside() && !b.what->dry_run_safe) {
      skip(b, migration);
      continue;
    }
    refresh_info(scope);
    now_.place = place;
    now_.called = &b;
    now_.stats = stats.mark();
    care_.before(b);
    try {
      call(b, row,
           {run, migration, failure, info, sessions_, scope, stats, row.answers == plugin::phase_answers::VETO});
    } catch (...) {
      care_.after_failure(b);
      throw;
    }
    only_logged ? care_.after_failure(b) : care_.after(b, scope);
  }
  if (!only_logged) stop_.check();
}

// Nothing rolls back what it would do outside of the database.
void dispatcher::skip(const plugin::binding &b, const plugin::migration_facts *migration) {
  plugin::call_result r;
  r.outcome = outcome::skipped;
  r.message = "it may act outside of the database (net or exec), and is not declared safe in a dry run";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  journal_.add({migration ? migration->version : "", b.phase, b.owner->name(), b.what->name,
                std::string(name_of(r.outcome)), r.message, 0, 0,
                std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
  show_.handler_done(b, r, false);
}

void dispatcher::give_up(const error &why) {
  using namespace std::chrono;
  stats.revert(now_.stats);
  plugin::call_result r;
  r.outcome = outcome::abandoned;
  r.failure = why;
  r.duration = duration_cast<microseconds>(system_clock::now() - now_.began);
  journal_.add({now_.migration, now_.phase, now_.called->owner->name(), now_.called->what->name,
                std::string(name_of(r.outcome)), why.message, 0, r.duration.count(),
                duration_cast<microseconds>(now_.began.time_since_epoch()).count()});
  show_.handler_done(*now_.called, r, plugin::find_phase(now_.phase)->failure == plugin::phase_failure::LOG);
  resume_at_ = now_.place + 1;
}

void dispatcher::refresh_info(plugin::sql_scope scope) {
  using namespace std::chrono;
  info.insert_or_assign("run.connected", scope != plugin::sql_scope::none);
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  info.insert_or_assign("run.elapsed_ms", std::int64_t{(now - run.started_us) / 1000});
  if (const auto pid = sessions_.run_pid())
    info.insert_or_assign("server.pid", std::int64_t{*pid});
  else
    info.erase("server.pid");
}

void dispatcher::call(const plugin::binding &b, const plugin::phase_row &row, const plugin::occasion &when) {
  now_.began = std::chrono::system_clock::now();
  const auto started = std::chrono::duration_cast<std::chrono::microseconds>(now_.began.time_since_epoch());
  const bool only_logged = row.failure == plugin::phase_failure::LOG;
  plugin::call_result r;
  try {
    r = plugin::call_handler(b, when);
  } catch (const error &e) { // the session or the transaction did not survive the handler: no policy softens that
    error copy = e;
    copy.plugin = b.owner->name();
    copy.handler = b.what->name;
    copy.phase = b.phase;
    r.outcome = outcome::failed;
    r.failure = copy;
    journal_.add({when.migration ? when.migration->version : "", b.phase, b.owner->name(), b.what->name, "failed",
                  e.message, 0, 0, started.count()});
    show_.handler_done(b, r, only_logged);
    if (only_logged) return;
    throw copy;
  }
  if (run.dry && r.failure && r.failure->hint.empty() && refused_as_read_only(*r.failure))
    r.failure->hint = "in a dry run the side connection is read-only: let the handler ask run().dry, and do without";
  std::string message = r.message;
  if (r.failure) message = r.failure->message;
  journal_.add({when.migration ? when.migration->version : "", b.phase, b.owner->name(), b.what->name,
                std::string(name_of(r.outcome)), message, r.rows_affected, r.duration.count(), started.count()});
  const bool told_to_stop = stop_.raised() && !only_logged; // then it failed because of that
  const bool softened = r.failure && !told_to_stop && r.outcome != outcome::veto &&
                        (only_logged || b.on_failure != failure_policy::abort);
  show_.handler_done(b, r, softened);
  if (!r.failure || softened) return;
  if (told_to_stop) throw stop_.as_error();
  throw *r.failure;
}

} // namespace davit::lifecycle
