// What a run hands to each of its migrations.
#pragma once

#include "lifecycle/dispatcher.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/stepwise/earlier_handlers.hpp"
#include "migration/plan.hpp"
#include "migration/script_cache.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace davit::lifecycle {

// A migration of which a handler does not return. The thread that was at it is lost; another one brings it to its end.
class unfinished {
public:
  virtual ~unfinished() = default;
  // As if the handler had failed with `why`, but its session is gone, and with it what was not committed; `ended`: the
  // server has confirmed that. Throws the migration's error.
  [[noreturn]] virtual void end_without(error why, bool ended) = 0;
};

struct run_parts {
  const config::settings &settings;
  lifecycle::sessions &sessions;
  lifecycle::dispatcher &dispatcher;
  ledger::ledger &ledger;
  const interrupt &stop;
  observer &show;
  migration::script_cache &scripts;
  std::function<void(const migration::version &)> hooks_paid; // called once its handlers after COMMIT were called
  std::function<void()> committed;          // called once the migration is in the database, before its post phase
  unfinished *&under_way;                   // set while there is one
  const std::vector<called_before> &called; // of handlers in what is planned, once it is
};

struct place_in_run {
  std::size_t number; // from 1
  std::size_t of;
};

} // namespace davit::lifecycle
