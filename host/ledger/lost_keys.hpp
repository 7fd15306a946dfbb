// Tables of davit's that have no keys: a restore of a dump has made them, and has not come to its end.
#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>

namespace davit::ledger {

struct lost_keys {
  std::string what; // "davit's ledger has no key on …"
  std::string remedy;
};

// nullopt: all are there. The session's search_path is pg_catalog.
std::optional<lost_keys> lost_keys_of(postgres::connection &session, const std::string &schema);

} // namespace davit::ledger
