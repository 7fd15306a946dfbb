// What CREATE INDEX CONCURRENTLY and its like leave behind when they fail, and what that means for running them again.
#pragma once

#include "base/error.hpp"
#include "lifecycle/observer.hpp"
#include "migration/script.hpp"
#include "postgres/connection.hpp"

#include <string>

namespace davit::lifecycle {

// Before such a statement is run again that ended nobody knows how: whether its index is there and valid, so that it
// was completed. An invalid one is dropped, and that is shown. False for any other statement, and where it is not the
// `same` statement as then: a valid index of its name is another one.
bool concurrent_index_is_there(postgres::connection &c, const migration::statement &st, bool same, observer &show);

// After such a statement has succeeded. Throws error_code::invalid_index if its index is not valid, as with IF NOT
// EXISTS and a leftover.
void require_valid_index(postgres::connection &c, const migration::script &s, const migration::statement &st);

// Adds to the error of such a statement which indexes are left invalid, and what to do; whether there are any.
bool add_leftovers(postgres::connection &c, const std::string &version, const migration::statement &st, error &e);

} // namespace davit::lifecycle
