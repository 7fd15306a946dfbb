// Fires a phase: its handlers one after another, each with its failure policy.
#pragma once

#include "lifecycle/aftercare.hpp"
#include "lifecycle/journal.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "plugin/call.hpp"
#include "plugin/phases.hpp"
#include "plugin/plugin_set.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace davit::lifecycle {

class dispatcher {
  using clock = plugin::watch::clock;

public:
  dispatcher(const plugin::plugin_set &plugins, plugin::sessions &s, const interrupt &stop, observer &show,
             journal &log)
      : plugins_(plugins), sessions_(s), stop_(stop), show_(show), journal_(log), care_(plugins, s, show) {}

  plugin::run_facts run;
  plugin::info_facts info;
  plugin::stat_store stats;
  // After COMMIT and in phases whose failures are only logged: a call has failed, and another is to come, which may end
  // davit. `why`: what the run fails of, if that is decided by it. Must not throw.
  std::function<void(const error *why)> before_next;

  // Throws what ends the phase: hook_failed, hook_deadline or hook_veto with plugin, handler and phase, or the
  // interrupt; at phases whose failures are only logged, nothing. What is committed is news to everybody: after COMMIT
  // the others are called all the same, as long as they have a session and the run is not to stop, and the first
  // failure is thrown in the end. Who was not called is named in a warning.
  void fire(plugin::phase which, plugin::sql_scope scope, const plugin::migration_facts *migration = nullptr,
            const error *failure = nullptr);
  // The calls alone, without the look at what they did to davit that every phase ends with.
  void call_handlers(plugin::phase which, plugin::sql_scope scope, const plugin::migration_facts *migration = nullptr,
                     const error *failure = nullptr);

  // The handler that runs does not return: puts down what became of it, and undoes its stats. Where its phase fires
  // once more, that goes on after it. Instances with such a handler are not called again.
  void give_up(const error &why);
  // Adds what had failed in its phase before, for which it was called all the same.
  void tell_failed_before(error &e) const;
  // Whether each handler of the phase that was fired last was called, and none was cut short because the run is to
  // stop.
  bool all_called() const { return now_.next == plugins_.at(*now_.phase).size() && !now_.cut_short; }
  // In a dry run, what handlers did that no rollback undoes, as far as it shows.
  const std::set<std::string> &outside() const { return outside_; }
  // Keeps out of the error what plugins have for secrets.
  void scrub(error &e) const;

  bool has_handlers(const plugin::phase_row &phase) const { return !plugins_.at(phase).empty(); }
  // Whether one of them may use the database at all.
  bool may_send_sql(const plugin::phase_row &phase) const;
  // Plugins whose handlers may write in a migration's transaction: "'audit', 'backfill'".
  std::string writers_inside() const;
  // Those of the phase that may write: "PLUGIN.HANDLER at PHASE, …".
  std::string writers_at(const plugin::phase_row &phase) const;
  // As journal has it.
  std::string wrote_in(const std::string &migration) const { return journal_.wrote_in(migration); }

private:
  // What is fired now: the handler that was called last, and what its call has to be undone to.
  struct moment {
    const plugin::phase_row *phase = nullptr;
    std::size_t next = 0; // place of the handler that is called next
    const plugin::migration_facts *migration = nullptr;
    const plugin::binding *called = nullptr;
    std::size_t stats = 0;
    clock::time_point began{};
    bool session_lost = false;
    bool cut_short = false;
    bool call_failed = false;      // the last one
    std::optional<error> failed{}; // the first one, where others are called after it

    // Without a second moment to be taken over, most of which would be an error that is not there.
    void begin_at(const plugin::phase_row &which, std::size_t first, const plugin::migration_facts *of) {
      phase = &which;
      next = first;
      migration = of;
      called = nullptr;
      stats = 0;
      began = {};
      session_lost = cut_short = false;
      failed.reset();
    }
  };
  void call_all(plugin::sql_scope scope, const error *failure);
  bool others_follow(const error &e) const;
  void tell_left_out() const;
  void skip(const plugin::binding &b);
  // Returns when the handler did.
  clock::time_point call(const plugin::binding &b, const plugin::occasion &when);
  void write_down(const plugin::binding &b, const plugin::call_result &r);

  const plugin::plugin_set &plugins_;
  plugin::sessions &sessions_;
  const interrupt &stop_;
  observer &show_;
  journal &journal_;
  aftercare care_;
  std::set<std::string> outside_;
  moment now_;
  std::optional<std::size_t> resume_at_; // place in now_.phase
};

} // namespace davit::lifecycle
