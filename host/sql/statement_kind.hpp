// What a statement means for the transaction it is in, told from its first words.
#pragma once

#include <string_view>

namespace davit::sql {

enum class statement_kind {
  empty,               // white space and comments only
  begin,               // plain: BEGIN [WORK|TRANSACTION], START TRANSACTION
  begin_with_modes,    // BEGIN or START TRANSACTION with isolation level, READ ONLY, …
  commit,              // plain: COMMIT, END [WORK|TRANSACTION]
  rollback,            // plain ROLLBACK, ABORT
  end_and_chain,       // COMMIT AND CHAIN, ROLLBACK AND CHAIN
  two_phase,           // PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED
  savepoint,           // SAVEPOINT, RELEASE, ROLLBACK TO: they cannot end a transaction
  set_transaction,     // SET TRANSACTION, SET SESSION CHARACTERISTICS, SET [LOCAL] transaction_…
  outside_transaction, // cannot run inside a transaction block: CREATE INDEX CONCURRENTLY, VACUUM, ALTER SYSTEM, …
  copy_from_stdin,
  copy_to_stdout,
  other,
};

// `text` is one statement; leading white space and comments are skipped.
statement_kind classify(std::string_view text);

// Whether it begins, ends or prepares a transaction, or moves between savepoints.
bool is_transaction_control(statement_kind kind);

} // namespace davit::sql
