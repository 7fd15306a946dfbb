// Whether an index that is there is the one that a statement builds.
#pragma once

#include "lifecycle/stepwise/index_scope.hpp"

#include <string>

namespace davit::lifecycle {

struct wanted_index {
  enum class likeness { same, different, unknown } is = likeness::unknown;
  std::string definition; // of the one that is there, as the server shows it
  std::string why;        // where it is unknown
};

// Of a statement that has_name(), whose index is there. The server itself compares: it builds what is wanted on an
// empty temporary copy of the table, in a transaction that is rolled back. `c` is outside of one, and set to what the
// statement is to run with. Throws what is no answer: a lock that was not had, a lost session, a cancellation.
wanted_index compare_with_wanted(postgres::connection &c, const index_scope &scope);

} // namespace davit::lifecycle
