#include "postgres/place.hpp"

#include <algorithm>

namespace davit::postgres {
namespace {

constexpr std::string_view place_sql =
    "SELECT pg_catalog.concat(s.system_identifier, '/', d.oid) FROM pg_catalog.pg_control_system() s, "
    "pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";

} // namespace

std::string name_of_place(const connection &c) { return "database '" + c.database() + "' at host '" + c.host() + "'"; }

std::string place_of(connection &c) {
  try {
    return std::string(c.exec(place_sql).text(0, 0));
  } catch (const server_error &e) {
    if (e.sqlstate != sqlstate::insufficient_privilege) throw;
    return name_of_place(c);
  }
}

bool is_identifier(const std::string &place) {
  return std::all_of(place.begin(), place.end(), [](char c) { return c == '/' || (c >= '0' && c <= '9'); });
}

} // namespace davit::postgres
