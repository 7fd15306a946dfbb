// What is true of a migration when it has ended, and how that is said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::lifecycle {

enum class fate {
  untouched, // nothing of it was tried
  undone,    // its transaction was rolled back
  partial,   // it has no transaction, and some of it is in the database
  committed,
  unknown, // its transaction was ended from inside, or the answer to COMMIT was lost for good
};

struct ending {
  lifecycle::fate fate = lifecycle::fate::untouched;
  bool up = true;
  bool has_transaction = true;
  bool session_lost = false;
  std::uint32_t statements_done = 0, statements = 0;
  bool next_unsure = false;        // whether the statement behind those was completed is not known
  bool next_in_part = false;       // it failed after it had committed something
  bool next_acted_outside = false; // it failed, and may have acted outside of the database before
  bool row_unsure = false;         // unknown is only whether the ledger has taken its row: all statements are done

  // One sentence without a full stop for the operator; `title` names the migration.
  std::string describe(const std::string &title) const;
  // For the ledger: the migration's state ("pending" leaves it as it was), and how the attempt ended.
  std::string_view state() const;
  std::string_view outcome() const;
};

} // namespace davit::lifecycle
