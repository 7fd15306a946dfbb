// Adopting a database that has its schema already: which migrations are to be recorded as applied without being run.
#pragma once

#include "migration/plan.hpp"

#include <vector>

namespace davit::migration {

// Those up to `last` that the ledger does not have as applied, ascending; none if all are. Throws migration_version if
// the folder has no such migration, checksum_changed, partly_applied; ledger_conflict where davit has reverted one of
// them itself, or applied one above `last` while not all below are.
std::vector<migration_files> plan_baseline(const folder &files, const std::vector<recorded> &ledger,
                                           const version &last);

} // namespace davit::migration
