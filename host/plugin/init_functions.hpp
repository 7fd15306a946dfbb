// The [init] functions of the host table.
#pragma once

#include <davit/plugin.h>

namespace davit::plugin {

void fill_init_functions(davit_host &table);

} // namespace davit::plugin
