// Indexes that the server keeps but does not use: what a CREATE INDEX CONCURRENTLY that failed leaves behind.
#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace davit::postgres {

struct invalid_index {
  std::string oid, schema, name;
  std::string table_oid, table_schema, table;
  // What a session other than the one that asked is at, with the lock on the table under which such an index is built.
  // VACUUM, ANALYZE and some ALTER TABLE have the same lock; where a session hides what it is at, it may be building.
  enum class work { none, other, builds_another, may_build, builds };
  work at_table = work::none;
  std::int32_t pid = 0; // whose; 0: none

  // The pid of a session that builds this index, or may do so; 0: none, so it is a leftover for certain.
  std::int32_t perhaps_built_by() const { return at_table >= work::may_build ? pid : 0; }
  // Whether an index of the table is built now, be it this one or another.
  bool under_construction() const { return at_table == work::builds || at_table == work::builds_another; }

  std::string quoted() const;       // "schema"."name"
  std::string quoted_table() const; // the same of its table
  std::string drop_sql() const;     // what takes it away without stopping writers
};

// All of the database, by schema and name. Indexes of partitioned tables that wait for their partitions are no such.
// Nothing of search_path matters.
std::vector<invalid_index> invalid_indexes(connection &c);

} // namespace davit::postgres
