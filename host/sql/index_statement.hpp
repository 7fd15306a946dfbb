// Which index a statement builds, read from its text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::sql {

// Names as the catalog has them: unquoted, unfolded letters in lower case; one element for each part of a qualified
// name, none where the server chooses the name.
struct index_statement {
  std::vector<std::string> index;
  std::vector<std::string> table; // of a REINDEX INDEX: none
  bool rebuilds = false;          // REINDEX: what it leaves behind is called NAME_ccnew or NAME_ccold
};

// CREATE INDEX CONCURRENTLY, REINDEX INDEX or TABLE CONCURRENTLY; nothing for any other statement.
std::optional<index_statement> read_concurrent_index(std::string_view statement);

// Whether an invalid index of that name on that table may be what the statement left behind.
bool may_leave(const index_statement &st, std::string_view table, std::string_view index);

} // namespace davit::sql
