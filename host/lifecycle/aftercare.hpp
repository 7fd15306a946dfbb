// What handlers may have done to davit itself, looked for after they have returned, put back, and said.
#pragma once

#include "lifecycle/observer.hpp"
#include "plugin/call_sql.hpp"
#include "plugin/plugin_set.hpp"
#include "plugin/sessions.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace davit::lifecycle {

// A look costs a few microseconds, more than a call. So there is one when the last handler of a phase has returned:
// nothing but the handlers of that phase ever sees what one of them has changed. Within the phase it comes after each
// call of a plugin that has changed something before, after each binding's first one, and else at most once in a
// millisecond.
class aftercare {
  using clock = plugin::watch::clock;
  using candidates = std::vector<const plugin::binding *>;

public:
  aftercare(const plugin::plugin_set &plugins, plugin::sessions &s, observer &show)
      : plugins_(plugins), sessions_(s), show_(show), known_(plugins.bindings().size()) {}

  void before(const plugin::binding &b);
  // It returned, now. Throws error_code::connection_lost, naming the plugin, if davit's sessions were taken away.
  void after(const plugin::binding &b, plugin::sql_scope scope, clock::time_point now);
  // The same where handlers' failures are only logged: only puts back and says.
  void after_logged(const plugin::binding &b, clock::time_point now);
  // Its failure ends the phase, or it does not return.
  void called_last(const plugin::binding &b) { add(b); }
  // No more handlers of the phase are called. Throws as after() does.
  void phase_over();
  // The same where a failure is under way, or none counts.
  void put_back();
  // Where that handler has lost its session: names who must have done that, itself or another one before it.
  void name_culprit(error &e) const;

private:
  std::size_t index(const plugin::binding &b) const;
  void add(const plugin::binding &b);
  bool told_apart(const plugin::binding &b) const;
  bool due(const plugin::binding &b, clock::time_point now);
  candidates look();
  void tell_misuse();
  void look_at_all();
  static std::string who(const candidates &all);
  static error closed_from_inside(const candidates &all);

  const plugin::plugin_set &plugins_;
  plugin::sessions &sessions_;
  observer &show_;
  std::vector<bool> known_;                   // bindings that were looked after, by their place
  candidates since_;                          // called since the last look, one for each plugin
  std::set<const plugin::instance *> caught_; // who has changed something, or may have
  clock::time_point looked_at_;
  std::set<std::string> said_; // warnings that need no repetition
};

} // namespace davit::lifecycle
