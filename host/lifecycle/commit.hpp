// COMMIT, and what is true when its answer is lost.
#pragma once

#include "lifecycle/interrupt.hpp"
#include "postgres/connection.hpp"

#include <functional>
#include <string>

namespace davit::lifecycle {

enum class commit_answer { committed, rolled_back, unknown };

// Commits the transaction `xid` of `session`. If the session breaks between COMMIT and its answer, another one
// (`witness`) waits until the server knows how it ended, or the run is told to stop. Throws what the server says
// against committing; transaction_ended if it rolls back without an error.
commit_answer commit(postgres::connection &session, const std::function<postgres::connection &()> &witness,
                     const std::string &xid, const interrupt &stop);

} // namespace davit::lifecycle
