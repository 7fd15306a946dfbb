#include "postgres/invalid_indexes.hpp"

#include <charconv>

namespace davit::postgres {

std::string invalid_index::quoted() const { return quote_identifier(schema) + "." + quote_identifier(name); }
std::string invalid_index::drop_sql() const { return "DROP INDEX CONCURRENTLY " + quoted() + ";"; }

std::vector<invalid_index> invalid_indexes(connection &c) {
  // pg_stat_progress_create_index tells less to roles without pg_read_all_stats; pg_locks tells everyone the same.
  const result r = c.exec(
      "SELECT n.nspname, i.relname, tn.nspname, t.relname, COALESCE((SELECT min(l.pid) FROM pg_catalog.pg_locks l"
      " WHERE l.locktype = 'relation' AND l.relation = t.oid AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'"
      " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())), 0)"
      " FROM pg_catalog.pg_index x"
      " JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace"
      " JOIN pg_catalog.pg_class t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace"
      " WHERE NOT x.indisvalid AND i.relkind = 'i' ORDER BY 1, 2");
  std::vector<invalid_index> out;
  for (int row = 0; row < r.rows(); ++row) {
    const auto text = [&](int column) { return std::string(r.text(row, column)); };
    invalid_index index{text(0), text(1), text(2), text(3), 0};
    const auto pid = r.text(row, 4);
    std::from_chars(pid.data(), pid.data() + pid.size(), index.perhaps_built_by);
    out.push_back(std::move(index));
  }
  return out;
}

} // namespace davit::postgres
