// The rows that a run of davit left in its ledger, as the statements that would write them again.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <vector>

namespace davit::bench {

struct ledger_rows {
  std::string run_begins;              // the run's row without its end
  std::vector<std::string> migrations; // one statement each: the migration's state, and what the run did to it
  std::string run_ends;
};

// Of the only run in the database. Read from the tables as they are, so that the floor writes what davit writes also
// when they change.
ledger_rows read_ledger_rows(postgres::connection &c);

} // namespace davit::bench
