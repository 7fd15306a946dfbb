// What a statement leaves behind in its session only: gone when the session is, and not in the database.
#pragma once

#include <string_view>

namespace davit::sql {

enum class session_effect {
  none,
  repeatable, // SET, RESET, SELECT set_config('…', '…', false), DISCARD, PREPARE, LISTEN, …: running it again restores
              // it
  lost, // perhaps: a temporary table, a cursor WITH HOLD, set_config() in something else
};

// `statement` is one statement; leading white space and comments are skipped. What a function that it calls may set is
// not seen.
session_effect session_effect_of(std::string_view statement);

} // namespace davit::sql
