// What was in the session of a migration that stopped half-way, and is not in the one that goes on.
#pragma once

#include "migration/plan.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace davit::lifecycle {

struct stopped_session {
  std::uint32_t after = 0; // statements that are in the database
  const migration::kept_settings &kept;
  const std::string &user; // that was connected; empty: not known
  const std::string &role; // that it began as, likewise
};

// A sentence about each thing that is missing for sure, that may be missing, as far as texts show it, or of which
// nothing is known. `c` is connected as the session that goes on will be; its search_path is pg_catalog.
std::vector<std::string> lost_with_session(postgres::connection &c, const migration::script &s,
                                           const stopped_session &then);

// What is kept of it, in one sentence; nothing where nothing was to be kept.
std::string kept_of_session(const stopped_session &then);

} // namespace davit::lifecycle
