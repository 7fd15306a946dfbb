// Which migrations a piece of configuration is meant for: its keys versions, since and direction.
#pragma once

#include "common/phase_facts.hpp"

#include <davit/plugin.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace common {

// Versions are digits of any length, compared as numbers.
bool is_version(std::string_view text);
bool version_less(std::string_view a, std::string_view b);

struct selection {
  std::vector<std::string> versions; // empty: all
  std::string since;                 // the lowest version; empty: all
  direction way = direction::up;

  bool contains(const davit::migration &m) const;
};

// Reads PREFIX.versions, PREFIX.since and PREFIX.direction, for something that happens at `phases`. Refuses what can
// never be true there, so that nothing is skipped for ever without a word. The default direction is that of the phases;
// where they fire both ways, it is up.
selection read_selection(const davit::setup &s, const std::string &prefix, const std::vector<std::string> &phases);

// Whether the running handler's migration is meant. Outside of a migration the run's command gives the direction.
bool selects(const selection &chosen, const davit::context &cx);

} // namespace common
