// What a role needs to bring the tables of an older davit up to date.
#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>

namespace davit::ledger {

struct upgrade_obstacle {
  std::string what; // "role deploy cannot upgrade …: table davit.migration belongs to owner"
  std::string sql;  // for somebody who may; takes all of it away
};

// What keeps the session's role from the upgrade of tables that have `version`; nullopt: nothing. The schema may be
// used, and the session's search_path is pg_catalog.
std::optional<upgrade_obstacle> upgrade_obstacle_of(postgres::connection &session, const std::string &schema,
                                                    int version);

// Whether the server would refuse to change the row of its version: it is published to subscribers, and they could not
// tell which row that is.
bool ledger_lacks_identity(postgres::connection &session, const std::string &schema);

} // namespace davit::ledger
