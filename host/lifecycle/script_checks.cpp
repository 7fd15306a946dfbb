#include "lifecycle/script_checks.hpp"

#include "lifecycle/verify_script.hpp"
#include "migration/backslashes.hpp"
#include "migration/transaction_mode.hpp"

namespace davit::lifecycle {

void check_script(const migration::script &s, const migration::step &step, bool standard_strings) {
  if (!standard_strings) migration::require_same_without_standard_strings(s);
  migration::require_blocks_where_needed(s, step.skip_statements);
}

void check_verify_script(const migration::script &s, bool standard_strings) {
  if (!standard_strings) migration::require_same_without_standard_strings(s);
  require_verifies(s);
}

void check_scripts(migration::script_cache &scripts, const std::vector<migration::step> &steps, bool standard_strings) {
  for (const auto &step : steps) {
    scripts.read(step.up ? step.files.up : step.files.down,
                 [&](const migration::script &s) { check_script(s, step, standard_strings); });
    if (step.up && !step.files.verify.empty())
      scripts.read(step.files.verify, [&](const migration::script &s) { check_verify_script(s, standard_strings); });
  }
}

} // namespace davit::lifecycle
