// JSON text of plugins: what is acceptable, and secrets in it.
#pragma once

#include "plugin/secrets.hpp"

#include <string>
#include <string_view>

namespace davit::plugin {

// Valid JSON that PostgreSQL's jsonb takes too: no U+0000 in strings, at most 100 levels deep.
bool is_json(std::string_view text);

// With the secrets in its strings and keys replaced; still valid JSON. `text` satisfies is_json.
std::string scrub_json(std::string_view text, const secrets &hidden);

} // namespace davit::plugin
