// Which indexes a statement builds without stopping writers, read from its text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::sql {

// Names are as they are written, one element for each part of a qualified one, U&"…" with its UESCAPE: what the server
// makes of them (folded, decoded, cut to the length that it keeps) is its own to say.
struct index_statement {
  enum class verb { create, reindex_index, reindex_table, reindex_schema, reindex_database } what = verb::create;
  bool unique = false, if_not_exists = false;
  std::vector<std::string> index;   // of a CREATE; none where the server chooses the name
  std::vector<std::string> subject; // the table of a CREATE; what is rebuilt
  std::string definition;           // what stands behind the table of a CREATE

  bool rebuilds() const { return what != verb::create; }
};

// CREATE INDEX CONCURRENTLY, REINDEX … CONCURRENTLY; nothing for any other statement.
std::optional<index_statement> read_concurrent_index(std::string_view statement);

// Whether a REINDEX CONCURRENTLY that fails may leave an index of that name, when it rebuilds `index`. Both are as the
// catalog has them.
bool is_left_of_rebuilding(std::string_view leftover, std::string_view index);
// The same of any index.
bool is_left_of_rebuilding(std::string_view leftover);

} // namespace davit::sql
