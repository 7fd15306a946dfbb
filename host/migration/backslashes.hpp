// Files where standard_conforming_strings is off for the role or the database.
#pragma once

#include "migration/script.hpp"

namespace davit::migration {

// davit splits and runs files with standard strings. Throws error_code::migration_syntax if the file means something
// else where sessions begin without them.
void require_same_without_standard_strings(const script &s);

} // namespace davit::migration
