// The tables of the ledger, version by version.
#pragma once

#include <string>

namespace davit::ledger {

inline constexpr int newest_version = 11;

// The statements that bring the tables from `version` (0: nothing there) to the next one; `schema` is a quoted
// identifier.
std::string upgrade_sql(int version, const std::string &schema);

} // namespace davit::ledger
