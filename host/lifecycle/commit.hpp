// COMMIT, and what may come of it.
#pragma once

#include "postgres/connection.hpp"

#include <functional>

namespace davit::lifecycle {

enum class commit_answer { committed, rolled_back, unknown };

// Commits the transaction of `session`. If the session breaks between COMMIT and its answer, `if_lost` is asked. Throws
// what the server says against committing; transaction_ended if it rolls back without an error.
commit_answer commit(postgres::connection &session, const std::function<commit_answer()> &if_lost);

} // namespace davit::lifecycle
