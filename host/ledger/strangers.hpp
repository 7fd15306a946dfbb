// Tables with the names of davit's: in the ledger's schema, where they are not its own, and in others.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::ledger {

// What would be in the way of a ledger, where there is none yet: "shop.progress, shop.run"; empty: nothing. The
// session's search_path is pg_catalog.
std::string strangers_in(postgres::connection &session, const std::string &schema);

// What to do about it.
inline constexpr const char *name_it = "[ledger] schema of davit.toml has to name it, or every migration is run again";

// The schemas of the database that have a ledger, but for this one: "davit, ops"; empty: none.
std::string other_ledgers(postgres::connection &session, const std::string &schema);

} // namespace davit::ledger
