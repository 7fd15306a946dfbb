#include "ledger/lost_keys.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

// Of those tables that are there, for older ledgers have no progress; what a key is of is how the server writes it.
constexpr const char *lost_sql = R"sql(
SELECT format('%I.%I', n.nspname, t.relname), w.is_primary, w.columns
FROM (VALUES ('run', true, '(id)'), ('migration', true, '(version)'),
             ('migration', false, '(ltrim(version, ''0''::text))'), ('run_migration', true, '(run, ordinal)'),
             ('hook_call', true, '(run, ordinal)'), ('progress', true, '(version)')) w (name, is_primary, columns)
JOIN pg_class t ON t.relname = w.name AND t.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = $1
WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                  AND right(pg_get_indexdef(i.indexrelid), length(w.columns) + 1) = ' ' || w.columns)
ORDER BY 1, 2 DESC
)sql";

} // namespace

std::optional<lost_keys> lost_keys_of(postgres::connection &session, const std::string &schema) {
  const auto r = session.query(lost_sql, std::array{postgres::parameter(schema)});
  if (r.rows() == 0) return std::nullopt;
  std::string lacking, sql;
  for (int i = 0; i < r.rows(); ++i) {
    const auto table = r.text(i, 0), columns = r.text(i, 2);
    lacking += fmt::format("{}{} {}", i == 0 ? "" : ", ", table, columns);
    sql += r.text(i, 1) == "t" ? fmt::format(" ALTER TABLE {} ADD PRIMARY KEY {};", table, columns)
                               : fmt::format(" CREATE UNIQUE INDEX migration_number ON {} {};", table, columns);
  }
  return lost_keys{"davit's own tables have lost their keys: " + lacking,
                   "if a dump was restored, restore the rest of it: pg_restore --section=post-data; or:" + sql};
}

} // namespace davit::ledger
