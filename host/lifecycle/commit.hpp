// COMMIT, and what may come of it.
#pragma once

#include "postgres/connection.hpp"

#include <functional>
#include <string>

namespace davit::lifecycle {

enum class commit_answer { committed, rolled_back, unknown };

struct commit_end {
  commit_answer answer;
  bool followed; // what was to follow has run
};

// Statements that travel with COMMIT, one after the other; either may be empty.
struct company {
  std::string before; // ends with a semicolon; if it fails nothing is committed
  std::string after;  // if nothing is committed it does not run
};

// Commits the transaction of `session`. If the session breaks between COMMIT and its answer, `if_lost` is asked. Throws
// what the server says against committing; transaction_ended if it rolls back without an error.
commit_end commit(postgres::connection &session, const company &with, const std::function<commit_answer()> &if_lost);

} // namespace davit::lifecycle
