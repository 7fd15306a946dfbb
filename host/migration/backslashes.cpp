#include "migration/backslashes.hpp"

#include "migration/text_position.hpp"
#include "sql/plain_backslash.hpp"

namespace davit::migration {

void require_same_without_standard_strings(const script &s) {
  sql::plain_backslashes backslashes;
  for (const auto &st : s.statements) {
    const auto found = backslashes.look(st.text);
    if (!found) continue;
    const auto at = text_cursor(st.text, 0, {st.line, st.column}).advance_to(*found);
    error e(
        error_code::migration_syntax,
        "a backslash in a plain string: standard_conforming_strings is off for this role or database, where psql "
        "takes it for an escape, and davit for a character",
        "let the file begin with SET standard_conforming_strings = off; (or on), or turn it on: ALTER DATABASE … (or "
        "ROLE …) RESET standard_conforming_strings, or options=-c%20standard_conforming_strings%3Don in the URL",
        {s.file.string(), at.line, at.column});
    e.excerpt = excerpt(s, e.where);
    throw error(std::move(e));
  }
}

} // namespace davit::migration
