// The host side of the ABI: the function table that each instance gets.
#pragma once

#include <davit/plugin.h>

#include <cstdint>
#include <string>

namespace davit::plugin {

class instance;

davit_host make_host_table(instance &owner);

struct init_outcome {
  std::int32_t status;
  std::string text;
};

// Calls a plugin's init; exceptions become a status. `self` receives what it set.
init_outcome call_init(const davit_host &host, decltype(davit_plugin::init) init, instance &owner, void *&self);

} // namespace davit::plugin
