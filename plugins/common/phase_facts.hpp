// What the SDK's phase table says about a phase, as far as configuration can contradict it.
#pragma once

#include <optional>
#include <string_view>

namespace common {

enum class direction { up, down, both };

struct phase_facts {
  int order;         // place in the table; a later phase of one run has a higher number
  bool in_migration; // fires for each migration, not once in a run
  bool takes_veto;   // a refusal on purpose is legal
  direction fires;   // on the way up, down, or both
};

// Empty for a phase that this SDK does not know; a newer davit may.
std::optional<phase_facts> find_phase(std::string_view name);

} // namespace common
