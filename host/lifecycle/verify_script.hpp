// A .verify.sql: it passes if no statement raises an error and none answers with one row of one false.
#pragma once

#include "migration/script.hpp"
#include "postgres/connection.hpp"

namespace davit::lifecycle {

// A verify file runs in a transaction; throws error_code::migration_syntax for one that cannot.
void require_verifies(const migration::script &s);

// Whatever the script does is undone afterwards: under a savepoint inside a transaction, else in a transaction of its
// own. Throws error_code::verify_failed with place and source line.
void run_verify_script(postgres::connection &c, const migration::script &s, bool inside_transaction);

} // namespace davit::lifecycle
