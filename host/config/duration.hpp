// Durations as users write them: "500ms", "2s", "1m30s", "1h".
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace davit::config {

// The longest duration that PostgreSQL's own timeouts can hold, a little under 25 days.
inline constexpr std::chrono::milliseconds max_duration{2'147'483'647};

// One or more whole numbers, each with its unit (h, m, s, ms), larger units first; or a bare "0".
// Throws error_code::config_value without a place: the caller knows it.
std::chrono::milliseconds parse_duration(std::string_view text);

// The same the other way round: "1m30s".
std::string to_text(std::chrono::milliseconds duration);

} // namespace davit::config
