#include "sql/outside_effect.hpp"

#include "sql/token_reader.hpp"

#include <array>

namespace davit::sql {
namespace {

// Other sessions, files of the server, the server itself, the log of changes.
constexpr std::array functions{"dblink",
                               "dblink_exec",
                               "dblink_send_query",
                               "lo_export",
                               "pg_cancel_backend",
                               "pg_create_logical_replication_slot",
                               "pg_create_physical_replication_slot",
                               "pg_drop_replication_slot",
                               "pg_file_rename",
                               "pg_file_unlink",
                               "pg_file_write",
                               "pg_logical_emit_message",
                               "pg_reload_conf",
                               "pg_rotate_logfile",
                               "pg_switch_wal",
                               "pg_terminate_backend"};

bool copies_out(token_reader reader) {
  if (!reader.accept("copy")) return false;
  while (!reader.at_end() && !reader.is("from") && !reader.is("to"))
    if (!reader.accept_parentheses()) reader.advance();
  const bool program = reader.accept("from");
  if (!program && !reader.accept("to")) return false;
  return reader.is("program") || (!program && reader.kind() == token_kind::string);
}

} // namespace

std::string outside_effect(std::string_view statement) {
  token_reader reader(statement);
  if (copies_out(reader)) return "COPY with a file or program";
  while (!reader.at_end()) {
    const char *called = nullptr;
    for (const char *name : functions)
      if (reader.is(name)) called = name;
    reader.advance();
    if (called && reader.kind() == token_kind::open_parenthesis) return std::string(called) + "()";
  }
  return {};
}

} // namespace davit::sql
