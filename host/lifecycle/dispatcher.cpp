#include "lifecycle/dispatcher.hpp"

#include <chrono>

namespace davit::lifecycle {

using config::failure_policy;
using plugin::outcome;

void dispatcher::fire(std::string_view phase, plugin::sql_scope scope, const plugin::migration_facts *migration,
                      const error *failure) {
  const plugin::phase_row &row = *plugin::find_phase(phase);
  const bool only_logged = row.failure == plugin::phase_failure::LOG;
  const auto bindings = plugins_.at(phase);
  show_.phase(phase, bindings.size());
  for (const auto *b : bindings) {
    if (!only_logged) stop_.check();
    info.insert_or_assign("run.connected", scope != plugin::sql_scope::none);
    call(*b, row, {run, migration, failure, info, sessions_, scope, stats, row.answers == plugin::phase_answers::VETO});
  }
  if (!only_logged) stop_.check();
}

void dispatcher::call(const plugin::binding &b, const plugin::phase_row &row, const plugin::occasion &when) {
  const auto started =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
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
    show_.handler_done(b, r);
    if (only_logged) return;
    throw copy;
  }
  std::string message = r.message;
  if (r.failure) message = r.failure->message;
  journal_.add({when.migration ? when.migration->version : "", b.phase, b.owner->name(), b.what->name,
                std::string(name_of(r.outcome)), message, r.rows_affected, r.duration.count(), started.count()});
  show_.handler_done(b, r);
  if (!r.failure) return;
  if (stop_.raised() && !only_logged) throw stop_.as_error(); // it failed because it was told to stop
  if (r.outcome == outcome::veto) throw *r.failure;
  if (only_logged || b.on_failure != failure_policy::abort) return; // shown and recorded above
  throw *r.failure;
}

} // namespace davit::lifecycle
