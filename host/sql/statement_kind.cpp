#include "sql/statement_kind.hpp"

#include "sql/outside_transaction.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

void skip_noise(token_reader &reader) {
  if (!reader.accept("work")) reader.accept("transaction");
}

statement_kind begin(token_reader &reader) {
  return reader.at_end() ? statement_kind::begin : statement_kind::begin_with_modes;
}

// Behind COMMIT, END, ROLLBACK or ABORT: AND CHAIN begins the next transaction, AND NO CHAIN says the default.
statement_kind end_of_transaction(token_reader &reader, statement_kind plain) {
  if (reader.accept("prepared")) return statement_kind::two_phase;
  skip_noise(reader);
  if (plain == statement_kind::rollback && reader.is("to")) return statement_kind::savepoint;
  return reader.accept({"and", "chain"}) ? statement_kind::end_and_chain : plain;
}

statement_kind set(token_reader &reader) {
  if (reader.accept({"session", "characteristics"})) return statement_kind::set_transaction;
  if (!reader.accept("local")) reader.accept("session");
  for (const std::string_view name :
       {"transaction", "transaction_isolation", "transaction_read_only", "transaction_deferrable"})
    if (reader.is(name)) return statement_kind::set_transaction;
  return statement_kind::other;
}

// The server does not tell STDIN from STDOUT here, so neither does this.
statement_kind copy(token_reader &reader) {
  while (!reader.at_end() && !reader.is("from") && !reader.is("to"))
    if (!reader.accept_parentheses()) reader.advance();
  const bool from = reader.is("from");
  reader.advance();
  if (!reader.is("stdin") && !reader.is("stdout")) return statement_kind::other;
  return from ? statement_kind::copy_from_stdin : statement_kind::copy_to_stdout;
}

statement_kind prepare(token_reader &reader) {
  // PREPARE transaction AS … prepares a statement of that name.
  return reader.accept("transaction") && !reader.is("as") && reader.kind() != token_kind::open_parenthesis
             ? statement_kind::two_phase
             : statement_kind::other;
}

} // namespace

statement_kind classify(std::string_view text) {
  token_reader reader(text);
  if (reader.at_end()) return statement_kind::empty;
  if (reader.accept("begin")) {
    skip_noise(reader);
    return begin(reader);
  }
  if (reader.accept({"start", "transaction"})) return begin(reader);
  if (reader.accept("commit") || reader.accept("end")) return end_of_transaction(reader, statement_kind::commit);
  if (reader.accept("rollback") || reader.accept("abort")) return end_of_transaction(reader, statement_kind::rollback);
  if (reader.accept("savepoint") || reader.accept("release")) return statement_kind::savepoint;
  if (reader.accept("prepare")) return prepare(reader);
  if (reader.accept("set")) return set(reader);
  if (reader.accept("copy")) return copy(reader);
  return outside_transaction_name(text).empty() ? statement_kind::other : statement_kind::outside_transaction;
}

bool is_transaction_control(statement_kind kind) {
  switch (kind) {
  case statement_kind::begin:
  case statement_kind::begin_with_modes:
  case statement_kind::commit:
  case statement_kind::rollback:
  case statement_kind::end_and_chain:
  case statement_kind::two_phase:
  case statement_kind::savepoint: return true;
  case statement_kind::empty:
  case statement_kind::set_transaction:
  case statement_kind::outside_transaction:
  case statement_kind::copy_from_stdin:
  case statement_kind::copy_to_stdout:
  case statement_kind::other: return false;
  }
  return false;
}

} // namespace davit::sql
