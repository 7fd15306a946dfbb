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

// A look costs a few microseconds, more than a call. So each binding is looked after when it was called for the first
// time, and from then on whoever was called since the last look, at most once in a millisecond.
class aftercare {
  using clock = plugin::watch::clock;

public:
  aftercare(const plugin::plugin_set &plugins, plugin::sessions &s, observer &show)
      : plugins_(plugins), sessions_(s), show_(show), known_(plugins.bindings().size()) {}

  void before(const plugin::binding &b);
  // It returned, now. Throws error_code::connection_lost, naming the plugin, if davit's sessions were taken away.
  void after(const plugin::binding &b, plugin::sql_scope scope, clock::time_point now);
  // The same after a handler whose failure is under way: only puts back and says.
  void after_failure(const plugin::binding &b, clock::time_point now);
  // Where a session was lost, and to whom nobody has looked yet: names who must have done that.
  void name_culprit(error &e) const;
  // At the end of the run.
  void settle();

private:
  bool first_time(const plugin::binding &b) const { return !known_[index(b)]; }
  std::size_t index(const plugin::binding &b) const;
  bool due(const plugin::binding &b, clock::time_point now);
  void look();
  std::string who() const;
  static error closed_from_inside(const std::string &someone);

  const plugin::plugin_set &plugins_;
  plugin::sessions &sessions_;
  observer &show_;
  std::vector<bool> known_;                    // bindings that were looked after, by their place
  std::vector<const plugin::binding *> since_; // called since the last look, one for each plugin
  clock::time_point looked_at_;
  std::set<std::string> said_; // warnings that need no repetition
};

} // namespace davit::lifecycle
