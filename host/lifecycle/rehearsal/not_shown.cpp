#include "lifecycle/rehearsal/not_shown.hpp"

#include <algorithm>
#include <array>

namespace davit::lifecycle {
namespace {

// Values that are here but not in the database: earlier migrations have added them. A handler's message is its own, so
// that the value cannot be told from it.
bool names_new_enum_value(const error &e, postgres::connection &run, postgres::connection &other) {
  const std::string said = e.handler.empty() ? e.message : "";
  const auto here =
      run.query("SELECT pg_catalog.array_agg(v.oid) FROM pg_catalog.pg_enum v JOIN pg_catalog.pg_type t ON t.oid "
                "OPERATOR(pg_catalog.=) v.enumtypid WHERE $1::text OPERATOR(pg_catalog.=) '' OR (pg_catalog.strpos($1, "
                "v.enumlabel::text) OPERATOR(pg_catalog.>) 0 AND pg_catalog.strpos($1, t.typname::text) "
                "OPERATOR(pg_catalog.>) 0)",
                std::array{postgres::parameter(said)});
  if (here.is_null(0, 0)) return false;
  const std::string oids(here.text(0, 0));
  return other
             .query("SELECT FROM pg_catalog.unnest($1::pg_catalog.oid[]) x WHERE NOT EXISTS (SELECT FROM "
                    "pg_catalog.pg_enum v WHERE v.oid OPERATOR(pg_catalog.=) x) LIMIT 1",
                    std::array{postgres::parameter(oids)})
             .rows() > 0;
}

} // namespace

std::string only_in_rehearsal(const error &e, bool first, postgres::connection &run, postgres::connection &other) {
  if (first) return {};
  if (e.sqlstate == postgres::sqlstate::unsafe_new_enum_value && names_new_enum_value(e, run, other))
    return "it uses an enum value that an earlier migration adds, which PostgreSQL allows only after COMMIT (" +
           e.message + ")";
  if (e.sqlstate == postgres::sqlstate::out_of_memory)
    return "the server has no room for the locks of all migrations at once (" + e.message +
           "): max_locks_per_transaction, or --steps, sets how many can be rehearsed together";
  return {};
}

place reason_place(const migration::script &s) {
  const auto st = std::find_if(s.statements.begin(), s.statements.end(), [](const migration::statement &one) {
    return one.kind == sql::statement_kind::outside_transaction;
  });
  if (st != s.statements.end()) return migration::place_in(s, *st, 0);
  const auto at = s.bytes.find("no-transaction"); // a directive, then: it stands before the first statement
  if (at == std::string::npos) return {s.file.string(), 0, 0}; // it is the ledger that says so
  const auto lines = std::count(s.bytes.begin(), s.bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return {s.file.string(), static_cast<std::uint32_t>(lines + 1), 0};
}

} // namespace davit::lifecycle
