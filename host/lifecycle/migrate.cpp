#include "lifecycle/migrate.hpp"

#include "lifecycle/stepwise/stepwise_migration.hpp"
#include "lifecycle/transactional_migration.hpp"

#include <utility>

namespace davit::lifecycle {

void migrate(const run_parts &parts, const migration::step &s, place_in_run place) {
  migration::script script = take_script(parts, s);
  if (script.no_transaction)
    stepwise_migration(parts, s, place, std::move(script)).run();
  else
    transactional_migration(parts, s, place, std::move(script)).run();
}

} // namespace davit::lifecycle
