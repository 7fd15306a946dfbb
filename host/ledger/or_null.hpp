// Texts of the ledger that are NULL where there is nothing to say.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::ledger {

// `text` must outlive what is returned.
inline postgres::parameter or_null(const std::string &text) {
  return text.empty() ? postgres::parameter() : postgres::parameter(text);
}

} // namespace davit::ledger
