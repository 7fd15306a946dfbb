// The routines that a statement calls, as far as its own text shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace davit::sql {

// Names without their schemas, as the server would look for them, in the order of the text; those in the body of a DO
// too. What is only named (created, granted, …) is left out; words such as IN and VALUES that stand before a
// parenthesis are not.
std::vector<std::string> called_names(std::string_view statement);

} // namespace davit::sql
