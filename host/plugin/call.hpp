// One call of one handler: what it may see, what it did, how it ended.
#pragma once

#include "plugin/call_sql.hpp"
#include "plugin/facts.hpp"
#include "plugin/phases.hpp"
#include "plugin/plugin_set.hpp"
#include "plugin/stat_store.hpp"

#include <davit/plugin.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace davit::plugin {

// The moment at which handlers are called.
struct occasion {
  const run_facts &run;
  const migration_facts *migration; // null outside of a migration
  const error *failure;             // null unless something failed
  const info_facts &info;
  plugin::sessions &sessions;
  sql_scope scope;
  stat_store &stats;
  const phase_row &phase;
  watch::clock::time_point began;
};

enum class outcome { ok, handled, veto, failed, deadline, abandoned, skipped };
std::string_view name_of(outcome o);

struct call_result {
  plugin::outcome outcome = outcome::ok;
  std::optional<error> failure; // why, unless ok or handled
  std::string message;          // what the handler reported
  std::uint64_t rows_affected = 0;
  std::vector<std::string> outside; // as call_sql has it
  std::chrono::microseconds duration{0};
  // It failed, and the session or the migration's transaction is not what it was before: no policy softens that.
  bool session_lost = false;

  // What the handler reported, or why it failed, and whose lock it waited for, if that was it.
  std::string said() const;
};

// Calls the handler on this thread, now. Whatever it does: its savepoint or transaction is closed, its results are
// released, its ctx is stale afterwards; unless it succeeded, its work and its stats are undone.
call_result call_handler(const binding &b, const occasion &when);

// The [handler] functions of the host table.
void fill_handler_functions(davit_host &table);

} // namespace davit::plugin
