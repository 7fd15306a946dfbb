// The code in a DO statement, which is a string to SQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace davit::sql {

struct do_block {
  std::string body;
  std::string language; // in lower case; plpgsql where none is named
};

// Nothing if `statement` is no DO with a body.
std::optional<do_block> do_block_of(std::string_view statement);

} // namespace davit::sql
