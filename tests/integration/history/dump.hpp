// A database as text, to be compared.
#pragma once

#include "support/test_database.hpp"

#include <string>

namespace davit::test {

// What pg_dump says of schema, owners, privileges and data; davit's own schema is left out.
std::string whole_dump(const test_database &database);

} // namespace davit::test
