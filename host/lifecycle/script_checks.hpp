// What the text of a migration's files rules out, so that it is refused before anything runs. All throw
// error_code::migration_syntax.
#pragma once

#include "migration/plan.hpp"
#include "migration/script_cache.hpp"

#include <vector>

namespace davit::lifecycle {

// `standard_strings`: role and database leave standard_conforming_strings on.
void check_script(const migration::script &s, const migration::step &step, bool standard_strings);
void check_verify_script(const migration::script &s, bool standard_strings);

// Reads and checks all files that the steps run.
void check_scripts(migration::script_cache &scripts, const std::vector<migration::step> &steps, bool standard_strings);

} // namespace davit::lifecycle
