// Which setting of the session a statement changes: of several changes of one, the last counts.
#pragma once

#include <string>
#include <string_view>

namespace davit::sql {

inline constexpr std::string_view all_settings = "*";

// For SET, RESET and SELECT set_config('…', …): the name in lower case; all_settings for RESET ALL; nothing for SET
// LOCAL, SET SESSION CHARACTERISTICS, and statements that are none of these.
std::string changed_setting(std::string_view statement);

} // namespace davit::sql
