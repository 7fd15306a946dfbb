#include "sql/standard_strings.hpp"

#include "sql/token_reader.hpp"

namespace davit::sql {

bool standard_strings_setting::follow(std::string_view statement) {
  constexpr std::string_view name = "standard_conforming_strings";
  token_reader reader(statement);
  if (reader.accept("set")) {
    const bool local = reader.accept("local");
    if (!local) reader.accept("session");
    if (!reader.accept(name)) return false;
    reader.accept("to");
    local_ = option_is_on(reader);
    if (!local) session_ = local_;
    return true;
  }
  if (reader.accept("reset") || reader.accept("discard")) {
    if (!reader.is(name) && !reader.is("all")) return false;
    session_ = local_ = true;
    return true;
  }
  for (const std::string_view ends_transaction : {"commit", "end", "rollback", "abort"})
    if (reader.is(ends_transaction)) {
      local_ = session_;
      return true;
    }
  return false;
}

} // namespace davit::sql
