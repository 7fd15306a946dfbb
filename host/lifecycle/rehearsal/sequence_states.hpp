// Where the sequences of a database stand: what they give out, a rollback does not take back.
#pragma once

#include "lifecycle/rehearsal/report.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace davit::lifecycle {

struct sequence_state {
  std::string name, value; // "17", or "1, not used yet"
};
using sequence_states = std::map<std::string, sequence_state>; // by OID

// Those that the session's user may read; none that is not committed. Throws what the server says.
sequence_states read_sequences(postgres::connection &c);

// Those that are in both and differ.
std::vector<sequence_trace> moved(const sequence_states &before, const sequence_states &after);

} // namespace davit::lifecycle
