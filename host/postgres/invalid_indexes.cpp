#include "postgres/invalid_indexes.hpp"

#include <charconv>

namespace davit::postgres {
namespace {

// pg_stat_progress_create_index tells less to roles without pg_read_all_stats; pg_locks tells everyone the same. What
// rebuilds the index of a TOAST table may have locked the table that this belongs to.
constexpr const char *invalid_sql = R"sql(
SELECT i.oid, n.nspname, i.relname, t.oid, tn.nspname, t.relname,
  COALESCE((SELECT pg_catalog.min(l.pid) FROM pg_catalog.pg_locks l
            WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted
              AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'
              AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
              AND (l.relation OPERATOR(pg_catalog.=) t.oid OR l.relation OPERATOR(pg_catalog.=) o.oid)
              AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
                    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())), 0)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) i.relnamespace
JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) x.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace
LEFT JOIN pg_catalog.pg_class o ON t.relkind OPERATOR(pg_catalog.=) 't' AND o.reltoastrelid OPERATOR(pg_catalog.=) t.oid
WHERE NOT x.indisvalid AND i.relkind OPERATOR(pg_catalog.=) 'i' ORDER BY 2, 3
)sql";

} // namespace

std::string invalid_index::quoted() const { return quote_identifier(schema) + "." + quote_identifier(name); }
std::string invalid_index::drop_sql() const { return "DROP INDEX CONCURRENTLY " + quoted() + ";"; }

std::vector<invalid_index> invalid_indexes(connection &c) {
  const result r = c.exec(invalid_sql);
  std::vector<invalid_index> out;
  for (int row = 0; row < r.rows(); ++row) {
    const auto text = [&](int column) { return std::string(r.text(row, column)); };
    invalid_index index{text(0), text(1), text(2), text(3), text(4), text(5), 0};
    const auto pid = r.text(row, 6);
    std::from_chars(pid.data(), pid.data() + pid.size(), index.perhaps_built_by);
    out.push_back(std::move(index));
  }
  return out;
}

} // namespace davit::postgres
