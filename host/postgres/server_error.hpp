// What the server said when it refused: davit::error with the position inside the statement.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string_view>

struct pg_conn;
struct pg_result;

namespace davit::postgres {

class server_error : public error {
public:
  using error::error;
  std::uint32_t position = 0; // character in the statement, from 1; 0 if the server gave none
  std::string table, column;  // that a constraint was about
};

namespace sqlstate {
inline constexpr std::string_view division_by_zero = "22012";
inline constexpr std::string_view invalid_parameter_value = "22023";
inline constexpr std::string_view untranslatable_character = "22P05"; // the database's encoding does not have it
inline constexpr std::string_view lock_not_available = "55P03";
inline constexpr std::string_view deadlock_detected = "40P01";
inline constexpr std::string_view insufficient_privilege = "42501";
inline constexpr std::string_view query_canceled = "57014";
inline constexpr std::string_view not_null_violation = "23502";
inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view unsafe_new_enum_value = "55P04";
inline constexpr std::string_view active_sql_transaction = "25001";
inline constexpr std::string_view read_only_transaction = "25006";
inline constexpr std::string_view out_of_memory = "53200";                   // of the lock table, for one
inline constexpr std::string_view invalid_transaction_termination = "2D000"; // a procedure commits
inline constexpr std::string_view object_in_use = "55006";                   // for one, by a deferred trigger
// A table, index, column, schema, function, … that is to be created is there already.
constexpr bool is_duplicate(std::string_view state) {
  for (const std::string_view one : {"42P07", "42710", "42701", "42P06", "42723"})
    if (state == one) return true;
  return false;
}
} // namespace sqlstate

// From a failed result; error_code::connection_lost if the session is gone, else error_code::sql.
server_error make_error(const pg_conn *connection, const pg_result *failed);

// From the connection itself, when there is no result.
server_error make_connection_error(const pg_conn *connection, std::string_view what);

} // namespace davit::postgres
