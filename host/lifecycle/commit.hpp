// COMMIT, and what is true when its answer is lost.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::lifecycle {

// Commits the transaction `xid` of `session`. If the session breaks between COMMIT and its answer, `witness` waits
// until the server knows how it ended: returns if it was committed, else throws connection_lost whose `state` says what
// is true. A transaction that the server rolls back instead is transaction_ended.
void commit(postgres::connection &session, postgres::connection &witness, const std::string &xid);

} // namespace davit::lifecycle
