// Text that the database can keep, whatever its encoding.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <string_view>

namespace davit::ledger {

// `text`, where each character that the encoding of the session's database lacks is written as <U+20AC>: what happened
// is worth more than how it was spelt. Asks the server, and only for text that may be concerned.
std::string storable(postgres::connection &session, std::string_view text);

} // namespace davit::ledger
