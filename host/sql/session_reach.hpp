// What a statement may do to sessions that its own text does not show.
#pragma once

#include <string_view>

namespace davit::sql {

// Whether it can run somebody's code, which may set anything: functions, triggers of a table, defaults, views. Event
// triggers, and what ALTER TABLE computes, are not meant.
bool may_run_code(std::string_view statement);

// ALTER DATABASE, ALTER ROLE … SET or RESET: what sessions begin with from then on.
bool changes_new_sessions(std::string_view statement);

} // namespace davit::sql
