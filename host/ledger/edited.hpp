// Rows of the ledger that no davit has written so.
#pragma once

#include "migration/plan.hpp"

#include <string>

namespace davit::ledger {

// "TABLE has WHAT, …"
error edited(const std::string &table, const std::string &what);

// `text` as a version; throws edited() for anything else.
migration::version read_id(const std::string &table, std::string text);
// A number of statements, likewise.
std::uint32_t read_count(const std::string &table, std::string_view text);
// Throws edited() for a state that no migration can have.
void require_known_state(const std::string &table, const migration::recorded &r);

} // namespace davit::ledger
