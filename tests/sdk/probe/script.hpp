// What davit.toml tells the probe to do: an array of actions, each at a phase, or in a handler that is only offered.
#pragma once

#include <davit/plugin.hpp>

#include <string>
#include <vector>

namespace probe {

// Actions of one handler run in the order of the file; the first that fails ends it.
struct action {
  std::string handler;   // default: the name of the phase
  std::string phase;     // empty: the handler is offered, [[hooks.PHASE]] binds it
  std::int64_t priority; // of the binding; the first action of a handler at a phase decides
  std::string migration; // empty: always; else only while this version is migrated
  std::int64_t attempt;  // 0: always; else only in this attempt of a migration
  std::string verb;
  std::string sql, text, key, value, type, expect;
  std::int64_t rows;
  bool side;   // on the side connection
  bool raw;    // past the C++ wrapper, straight into davit
  bool caught; // a failure is reported as text, and the next action follows
  bool expects;
};

inline constexpr davit::key keys[] = {
    {"secret", davit::type::text, "stands wherever an action's text has {secret}", davit::secret},
    {"actions[].phase", "", "bind the handler to this phase"},
    {"actions[].handler", "", "name of the handler; default: the phase"},
    {"actions[].priority", 0, "of the binding"},
    {"actions[].migration", "", "only in this version"},
    {"actions[].attempt", 0, "only in this attempt"},
    {"actions[].do", davit::type::text, "what to do: see actions.cpp", davit::required},
    {"actions[].sql", "", "the statement"},
    {"actions[].text", "", "what to say"},
    {"actions[].key", "", "of a stat or of info"},
    {"actions[].value", "", "of a stat, as text; a status"},
    {"actions[].type", "i64", "of the value: none, bool, i64, f64, str, json"},
    {"actions[].expect", davit::type::text, "fail unless the action yields this"},
    {"actions[].rows", 0, "rows to report, or to read from a stream"},
    {"actions[].side", false, "on the side connection"},
    {"actions[].raw", false, "past the C++ wrapper, straight into davit"},
    {"actions[].catch", false, "report a failure as text and go on"},
};

std::vector<action> read_actions(const davit::setup &s);

} // namespace probe
