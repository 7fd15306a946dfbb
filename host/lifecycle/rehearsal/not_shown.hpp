// Errors that say something of the rehearsal, and nothing of the migration.
#pragma once

#include "lifecycle/rehearsal/transaction.hpp"
#include "migration/script.hpp"

#include <string>

namespace davit::lifecycle {

// Why a migration failed only because it shares its transaction with earlier ones; empty if it would have failed by
// itself. What it did is rolled back. `first`: it is the first one of the transaction.
std::string only_in_rehearsal(const error &e, bool first, postgres::connection &run, postgres::connection &other);

// Where a file that runs without a transaction says so.
place reason_place(const migration::script &s);

} // namespace davit::lifecycle
