// The migrations that are disturbed: every way in which davit sends one to the server.
#pragma once

#include "support/project.hpp"

#include <string>

namespace davit::test {

// Actions of the probe: one beside each migration's ledger row, others before the SQL and after COMMIT. The first notes
// how many migrations are in the database before this one, which is half-way there if it goes on down.
std::string actions_beside_ten(bool up);
void write_ten(const project &p);

// What they need: what they do twice is seen in these tables.
inline constexpr const char *before_ten = "CREATE TABLE hooked (applied int); CREATE TABLE undone (what text)";

} // namespace davit::test
