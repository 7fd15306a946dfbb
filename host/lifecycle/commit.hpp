// COMMIT, and what may come of it.
#pragma once

#include "postgres/batch.hpp"

#include <functional>
#include <string_view>

namespace davit::lifecycle {

enum class commit_answer { committed, rolled_back, unknown };

struct commit_end {
  commit_answer answer;
  bool followed; // what was to run after it has run
};

// Commits the transaction of `session`, together with the statements `before`: if one of them fails nothing is
// committed. The statements `after` run if it was. If the session breaks between COMMIT and its answer, `if_lost` is
// asked; `answer` is never rolled_back. Throws what the server says against committing, or that the session was lost
// before it; transaction_ended if it rolls back without an error.
commit_end commit(postgres::connection &session, postgres::batch before, std::string_view after,
                  const std::function<commit_answer()> &if_lost);

} // namespace davit::lifecycle
