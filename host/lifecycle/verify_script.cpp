#include "lifecycle/verify_script.hpp"

#include "lifecycle/statements.hpp"

namespace davit::lifecycle {
namespace {

constexpr std::uint32_t bool_oid = 16;

bool says_false(const postgres::result &r) {
  return r.rows() == 1 && r.columns() == 1 && r.column_type(0) == bool_oid && (r.is_null(0, 0) || r.text(0, 0) == "f");
}

void run_all(postgres::connection &c, const migration::script &s) {
  for (const auto &st : s.statements) {
    try {
      if (says_false(c.exec_statement(st.text, st.copy_data))) {
        error e(error_code::verify_failed, "the check is not true",
                "a verify statement that answers with one boolean must answer true", place_in(s, st, 0));
        e.excerpt = excerpt(s, e.where);
        throw error(std::move(e));
      }
    } catch (postgres::server_error &e) {
      place_error(e, s, st);
      if (e.code == error_code::sql) e.code = error_code::verify_failed;
      throw;
    }
  }
}

} // namespace

void require_verifies(const migration::script &s) {
  if (s.no_transaction)
    throw error(error_code::migration_syntax,
                "a verify file runs in a transaction: " + s.no_transaction_reason + " cannot", "take it out",
                {s.file.string(), 0, 0});
}

void run_verify_script(postgres::connection &c, const migration::script &s, bool inside_transaction) {
  require_verifies(s);
  c.exec(inside_transaction ? "SAVEPOINT davit_verify" : "BEGIN");
  run_all(c, s);
  c.exec(inside_transaction ? "ROLLBACK TO SAVEPOINT davit_verify; RELEASE SAVEPOINT davit_verify" : "ROLLBACK");
}

} // namespace davit::lifecycle
