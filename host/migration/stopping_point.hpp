// Where a migration without a transaction stopped, found again in its file as it is now.
#pragma once

#include "migration/plan.hpp"

#include <optional>
#include <string>

namespace davit::migration {

struct stopping_point {
  recorded migration;
  std::filesystem::path file; // the one that was run; empty: it is gone
  std::string unreadable;     // why the file cannot be split any more, or nothing
  std::size_t statements = 0; // in it
  bool file_changed = false;  // it is not the one that was run
  // Whether the statements that are in the database still stand at its beginning.
  enum class prefix { same, changed, not_known } beginning = prefix::not_known;

  struct statement_at {
    place where;
    std::string text; // from its first word
  };
  std::optional<statement_at> last_done, next;

  // It was a file of several transactions, and what is left of it would be one: BEGIN and COMMIT count no more.
  bool wrapped_since = false;

  bool resumable() const { return !file.empty() && unreadable.empty() && beginning == prefix::same; }
};

// Whether the ledger has the migration as stopped half-way.
bool is_stopped(const recorded &r);

// Of a migration for which is_stopped is true.
stopping_point find_stopping_point(const folder &files, const recorded &r);

// Throws checksum_changed unless what is in the database is the beginning of the file.
void require_same_beginning(const stopping_point &at);

} // namespace davit::migration
