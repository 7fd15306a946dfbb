#include "postgres/result.hpp"

#include <charconv>

#include <libpq-fe.h>

namespace davit::postgres {

void result::clear::operator()(pg_result *r) const noexcept { PQclear(r); }

int result::rows() const noexcept { return PQntuples(get()); }
int result::columns() const noexcept { return PQnfields(get()); }
bool result::is_null(int row, int column) const noexcept { return PQgetisnull(get(), row, column) != 0; }

std::string_view result::text(int row, int column) const noexcept {
  return {PQgetvalue(get(), row, column), static_cast<std::size_t>(PQgetlength(get(), row, column))};
}

std::string_view result::column_name(int column) const noexcept {
  const char *name = PQfname(get(), column);
  return name ? name : "";
}

std::uint32_t result::column_type(int column) const noexcept { return PQftype(get(), column); }

std::uint64_t result::rows_affected() const noexcept {
  // The server counts what a SELECT returns as well; CREATE TABLE … AS has the same tag, but returns nothing.
  if (PQresultStatus(get()) == PGRES_TUPLES_OK && (command().starts_with("SELECT") || command().starts_with("FETCH")))
    return 0;
  const std::string_view digits = PQcmdTuples(get());
  std::uint64_t n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n); // no digits: the statement affects no rows
  return n;
}

std::string_view result::command() const noexcept { return PQcmdStatus(get()); }

} // namespace davit::postgres
