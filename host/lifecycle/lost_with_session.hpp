// What was in the session of a migration that stopped half-way, and cannot be made again.
#pragma once

#include "migration/plan.hpp"
#include "postgres/connection.hpp"

#include <string>
#include <vector>

namespace davit::lifecycle {

// A sentence about each of the first `count` statements that may have left something: by its own words, or by what it
// calls, as far as the routines' texts in the database show it; and about each that sessions begin otherwise since.
// `kept` is not lost. The session's search_path is pg_catalog.
std::vector<std::string> lost_with_session(postgres::connection &c, const migration::script &s, std::size_t count,
                                           const migration::kept_settings &kept);

} // namespace davit::lifecycle
