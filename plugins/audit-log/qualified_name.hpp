// The name of a table as PostgreSQL reads it: schema.table, each part plain or "in double quotes". Without a schema it
// is public, not what the search_path says: a migration may change that.
#pragma once

#include <string>
#include <string_view>

namespace audit_log {

struct qualified_name {
  std::string schema, table; // as the catalog has them: plain parts in lower case, quotes taken off

  std::string quoted_schema() const;
  std::string quoted() const; // safe inside a statement, whatever the parts are
};

// Throws std::invalid_argument, saying what is wrong with `text`.
qualified_name parse_qualified_name(std::string_view text);

} // namespace audit_log
