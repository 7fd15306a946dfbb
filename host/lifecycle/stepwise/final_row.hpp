// The ledger's row of a migration without a transaction, once all of its statements are done.
#pragma once

#include "ledger/ledger.hpp"
#include "lifecycle/commit.hpp"
#include "lifecycle/run_parts.hpp"

namespace davit::lifecycle {

// Writes it on the run session, which is idle and holds the work lock; that lock is released, and the session is made
// fresh, if `followed`. The transaction's id is known before COMMIT: if the session breaks then, the server is asked
// over another one whether the row is there. Throws connection_lost if it is not.
commit_end write_final_row(const run_parts &p, const migration::step &step, const ledger::migration_event &e);

} // namespace davit::lifecycle
