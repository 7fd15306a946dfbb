// A whole run: sessions, lock, ledger, phases in order, and exactly one of success and failure at its end.
#pragma once

#include "config/settings.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/rehearsal/report.hpp"
#include "lifecycle/request.hpp"
#include "lifecycle/supervision/cancel_targets.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "plugin/plugin_set.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace davit::lifecycle {

// A dry run does everything in one transaction that is rolled back, and writes nothing to the ledger.
enum class run_mode { real, dry };

class runner;

struct run_outcome {
  std::string run;     // its UUID
  std::string outcome; // applied, reverted, nothing_to_do, failed, vetoed, interrupted, deadline, abandoned
  std::vector<migration::step> planned;
  std::size_t done = 0; // of `planned`, from its beginning
  std::string stats_json;
  std::optional<error> failure;
  std::chrono::microseconds duration{0};
  std::optional<rehearsal_report> rehearsed; // of a dry run
};

class run {
public:
  // Opens the lock session; throws where that fails. All arguments outlive it.
  run(const config::settings &settings, const plugin::plugin_set &plugins, const request &what, run_mode mode,
      const interrupt &stop, cancel_targets &targets, observer &show);
  ~run();

  // Failures of the run are in the outcome.
  run_outcome go();

  // After the supervisor has given up a handler inside of go(), on another thread: ends the sessions that it was at,
  // records what became of it, and lets the other plugins' handlers see the end of the run. The thread in the handler
  // owns nothing of this object any more, but its frames refer to it: it must live as long as the process. May be
  // called again for a further handler. Throws hook_abandoned where that thread cannot be locked out.
  run_outcome go_on_without(const plugin::watch::overdue_call &late);

private:
  std::unique_ptr<runner> runner_;
};

} // namespace davit::lifecycle
