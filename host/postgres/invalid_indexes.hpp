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
  // A session other than the one that asked, with the lock under which such an index is built; 0: none, so it is a
  // leftover for certain.
  std::int32_t perhaps_built_by = 0;

  std::string quoted() const;   // "schema"."name"
  std::string drop_sql() const; // what takes it away without stopping writers
};

// All of the database, by schema and name. Indexes of partitioned tables that wait for their partitions are no such.
// Nothing of search_path matters.
std::vector<invalid_index> invalid_indexes(connection &c);

} // namespace davit::postgres
