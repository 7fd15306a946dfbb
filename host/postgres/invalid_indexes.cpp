#include "postgres/invalid_indexes.hpp"

#include <charconv>

namespace davit::postgres {
namespace {

// What rebuilds the index of a TOAST table may have locked the table that this belongs to. Of each lock's session:
// 4, that it builds an index, pg_stat_progress_create_index shows to everyone, with its pid; which index, only to some.
//    For as long as a REINDEX lasts it may come back to any index of the table. (The text is not to look like such a
//    statement to who searches pg_stat_activity for them.)
// 3, that it may do so, where it keeps to itself what it is at (track_activities), or has the same lock on the index
//    itself, as what rebuilds or drops it has for as long as it lasts.
// 2, that it builds another index; 1, that it is at something else. An autovacuum worker is nobody's session.
constexpr const char *invalid_sql = R"sql(
SELECT i.oid, n.nspname, i.relname, t.oid, tn.nspname, t.relname, COALESCE(s.work, 0), COALESCE(s.pid, 0)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) i.relnamespace
JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) x.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace
LEFT JOIN pg_catalog.pg_class o ON t.relkind OPERATOR(pg_catalog.=) 't' AND o.reltoastrelid OPERATOR(pg_catalog.=) t.oid
LEFT JOIN LATERAL (
  SELECT l.pid,
    CASE WHEN b.command OPERATOR(pg_catalog.~~) 'CREATE %'
              AND b.index_relid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
              AND b.index_relid OPERATOR(pg_catalog.<>) i.oid THEN 2
         WHEN b.pid IS NOT NULL THEN 4
         WHEN a.pid IS NOT NULL AND a.usesysid IS NULL THEN 1
         WHEN COALESCE(a.state, pg_catalog.current_setting('track_activities'))
              OPERATOR(pg_catalog.=) ANY (ARRAY['disabled', 'off']) THEN 3
         WHEN EXISTS (SELECT FROM pg_catalog.pg_locks k
                      WHERE k.locktype OPERATOR(pg_catalog.=) 'relation' AND k.granted
                        AND k.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'
                        AND k.pid OPERATOR(pg_catalog.=) l.pid AND k.database OPERATOR(pg_catalog.=) l.database
                        AND k.relation OPERATOR(pg_catalog.=) i.oid) THEN 3
         ELSE 1 END AS work
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_stat_progress_create_index b ON b.pid OPERATOR(pg_catalog.=) l.pid
  LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(l.pid) a ON true
  WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted
    AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'
    AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    AND (l.relation OPERATOR(pg_catalog.=) t.oid OR l.relation OPERATOR(pg_catalog.=) o.oid)
    AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
          WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  ORDER BY 2 DESC, 1 LIMIT 1) s ON true
WHERE NOT x.indisvalid AND i.relkind OPERATOR(pg_catalog.=) 'i' ORDER BY 2, 3
)sql";

int number(std::string_view text) {
  int out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

} // namespace

std::string invalid_index::quoted() const { return quote_identifier(schema) + "." + quote_identifier(name); }
std::string invalid_index::quoted_table() const {
  return quote_identifier(table_schema) + "." + quote_identifier(table);
}
std::string invalid_index::drop_sql() const { return "DROP INDEX CONCURRENTLY " + quoted() + ";"; }

std::vector<invalid_index> invalid_indexes(connection &c) {
  const result r = c.exec(invalid_sql);
  std::vector<invalid_index> out;
  for (int row = 0; row < r.rows(); ++row) {
    const auto text = [&](int column) { return std::string(r.text(row, column)); };
    out.push_back({text(0), text(1), text(2), text(3), text(4), text(5),
                   static_cast<invalid_index::work>(number(r.text(row, 6))), number(r.text(row, 7))});
  }
  return out;
}

} // namespace davit::postgres
