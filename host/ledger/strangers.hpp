// Tables in the ledger's schema that have the names of davit's and are not.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::ledger {

// What would be in the way of a ledger, where there is none yet: "shop.progress, shop.run"; empty: nothing. The
// session's search_path is pg_catalog.
std::string strangers_in(postgres::connection &session, const std::string &schema);

} // namespace davit::ledger
