// What handlers did in a migration without a transaction before: it was committed at once, and stays.
#pragma once

#include "ledger/earlier_attempts.hpp"

#include <string>
#include <vector>

namespace davit::lifecycle {

// In sentences without a full stop; none where no handler can have written.
std::vector<std::string> about_earlier_handlers(ledger::earlier_attempts &earlier);

// A migration of which no statement is done, although handlers were called in it.
struct called_before {
  migration::version id;
  bool up;
  std::string text; // those sentences
};
// As the ledger has it, whose tables have that version.
std::vector<called_before> called_before_in(postgres::connection &c, const std::string &schema, int version);

} // namespace davit::lifecycle
