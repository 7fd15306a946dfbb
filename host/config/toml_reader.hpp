// TOML text -> node. The only part of davit that knows toml++.
#pragma once

#include "config/node.hpp"

#include <string>
#include <string_view>

namespace davit::config {

// The root table; `file` is what its places name. Throws error_code::config_syntax with file:line:column, or
// config_value for a string with a NUL character, which neither PostgreSQL nor a plugin could take.
node parse_toml(std::string_view text, const std::string &file);

} // namespace davit::config
