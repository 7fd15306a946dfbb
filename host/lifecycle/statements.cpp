#include "lifecycle/statements.hpp"

namespace davit::lifecycle {
namespace {

// What PostgreSQL refuses only because the file is one transaction.
bool needs_own_transaction(std::string_view sqlstate) {
  using namespace postgres::sqlstate;
  for (const auto one : {active_sql_transaction, unsafe_new_enum_value, invalid_transaction_termination, object_in_use})
    if (sqlstate == one) return true;
  return false;
}

// A hint where the server's own says nothing of how davit runs files.
std::string hint_for(const postgres::server_error &e, const migration::script &s) {
  if (!s.no_transaction && needs_own_transaction(e.sqlstate))
    return "let the file begin with '-- davit: no-transaction', or move the statement to a migration of its own";
  if (e.sqlstate == postgres::sqlstate::lock_not_available)
    return "another session holds the lock: wait for it, or raise [database] lock_timeout or lock_retries";
  return e.hint;
}

} // namespace

void place_error(postgres::server_error &e, const migration::script &s, const migration::statement &st) {
  e.where = place_in(s, st, e.position);
  e.excerpt = excerpt(s, e.where);
  e.hint = hint_for(e, s);
}

void run_statement(postgres::connection &c, const migration::script &s, const migration::statement &st) {
  try {
    c.exec_statement(st.text, st.copy_data);
  } catch (postgres::server_error &e) {
    place_error(e, s, st);
    throw;
  }
}

} // namespace davit::lifecycle
