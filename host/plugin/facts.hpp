// What the host knows and handlers may ask: owned by the runner, borrowed by the calls.
#pragma once

#include "plugin/value.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace davit::plugin {

struct run_facts {
  std::string id, command, environment, database, host, user, hint, hint_owner, hint_token;
  std::int64_t started_us = 0; // since 1970
  bool dry = false;
};

struct migration_facts {
  std::string version, name, file, checksum;
  bool up = true;
  bool no_transaction = false;
  std::uint32_t attempt = 1;
};

// The keys of `info` that are known at the moment, without those that are looked up when they are asked for; those of
// phases.def that are neither read as NONE.
using info_facts = std::map<std::string, value, std::less<>>;

} // namespace davit::plugin
