// Statements that do something which a rollback does not undo, as far as their text shows.
#pragma once

#include <string>
#include <string_view>

namespace davit::sql {

// What to call it: "COPY to a file or program", "dblink_exec()"; empty for other statements. What functions do inside
// is not seen, and sequences are not meant: those can be looked at.
std::string outside_effect(std::string_view statement);

} // namespace davit::sql
