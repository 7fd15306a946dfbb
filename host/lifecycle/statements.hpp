// Running one statement of a script, its errors placed in the file.
#pragma once

#include "migration/script.hpp"
#include "postgres/connection.hpp"

namespace davit::lifecycle {

// Throws server_error with file:line:column and the source line.
void run_statement(postgres::connection &c, const migration::script &s, const migration::statement &st);

// Adds the place and the source line to what the server said about a statement.
void place_error(postgres::server_error &e, const migration::script &s, const migration::statement &st);

} // namespace davit::lifecycle
