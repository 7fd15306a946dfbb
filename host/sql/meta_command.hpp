// psql's meta-commands: davit runs none of them, but it can say what to write instead.
#pragma once

#include <string>
#include <string_view>

namespace davit::sql {

// The command that begins at the backslash `text` starts with: "\set", "\.".
std::string_view meta_command_at(std::string_view text);

// What to do instead of `command`.
std::string_view meta_command_hint(std::string_view command);

} // namespace davit::sql
