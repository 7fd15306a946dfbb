// What COMMIT does with deferred constraints, for migrations that share one transaction.
#pragma once

#include "lifecycle/outbox.hpp"

#include <string>

namespace davit::lifecycle {

// Checks those that wait, as the role that is set now. They are named one by one: SET CONSTRAINTS ALL would decide for
// constraints that a later migration makes, too, and nothing in the transaction could take that back. `hint`: of what
// is refused.
void check_deferred(outbox &out, const std::string &hint);

// The same for those that another role could not name; then each is again as it was declared.
void reset_deferred(outbox &out, const std::string &hint);

} // namespace davit::lifecycle
