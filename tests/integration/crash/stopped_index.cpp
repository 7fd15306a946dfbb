#include "stopped_index.hpp"

namespace davit::test {

two_tables::two_tables(std::string_view toml) : project(toml) {
  database().sql("CREATE TABLE t (i int); INSERT INTO t VALUES (1), (1); CREATE SCHEMA s2; CREATE TABLE s2.t (i int); "
                 "INSERT INTO s2.t VALUES (5), (5)");
}

finished_run two_tables::stop_in(std::string_view statement) const {
  migration("0001_i.up.sql", statement);
  auto out = up(*this, 1);
  database().sql("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
  return out;
}

std::string two_tables::indexes() const {
  return database().sql("SELECT string_agg(n.nspname || '.' || c.relname || CASE WHEN indisvalid THEN ' t' ELSE ' f' "
                        "END, ', ' ORDER BY n.nspname, c.relname) FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
                        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE indrelid IN ('t'::regclass, "
                        "'s2.t'::regclass)");
}

} // namespace davit::test
