// Who runs davit where, with what: the ledger keeps it with each run.
#pragma once

#include "plugin/plugin_set.hpp"

#include <string>

namespace davit::lifecycle {

struct machine_identity {
  std::string host, user, davit_version;
};

machine_identity identify_machine();
std::string new_uuid(); // random, version 4

// [{"name", "id", "version", "file", "sha256", "capabilities"}]
std::string describe_plugins(const plugin::plugin_set &plugins);

} // namespace davit::lifecycle
