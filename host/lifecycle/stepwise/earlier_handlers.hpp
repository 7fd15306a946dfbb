// What handlers did in a migration without a transaction before: it was committed at once, and stays.
#pragma once

#include "ledger/earlier_attempts.hpp"
#include "migration/plan.hpp"

#include <string>
#include <vector>

namespace davit::lifecycle {

// In sentences without a full stop; none where no handler can have written.
std::vector<std::string> about_earlier_handlers(ledger::earlier_attempts &earlier);

// A migration of which handlers were called since it was last applied or reverted. When it is begun anew, it is as if
// for the first time, for none of its statements is done; what handlers did is another matter.
struct called_before {
  migration::version id;
  bool up;
  std::string text; // that, and those sentences; true of what is begun anew only

  // Not where it is half-way, where its state is what it was begun for by now, or where the file is gone. `folder`:
  // null where that is not known.
  bool will_be_begun(const std::vector<migration::recorded> &recorded, const migration::folder *folder) const;
};
// As the ledger has it, whose tables have that version.
std::vector<called_before> called_before_in(postgres::connection &c, const std::string &schema, int version);
// The one that is true of a step; null if none is.
const called_before *find_called_before(const std::vector<called_before> &all, const migration::step &s);

} // namespace davit::lifecycle
