#include "sql/outside_effect.hpp"

#include "sql/called_names.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>

namespace davit::sql {
namespace {

// Other sessions, files of the server, the server itself, the log of changes.
constexpr std::array<std::string_view, 28> functions{"dblink",
                                                     "dblink_exec",
                                                     "dblink_send_query",
                                                     "lo_export",
                                                     "pg_backup_start",
                                                     "pg_backup_stop",
                                                     "pg_cancel_backend",
                                                     "pg_copy_logical_replication_slot",
                                                     "pg_copy_physical_replication_slot",
                                                     "pg_create_logical_replication_slot",
                                                     "pg_create_physical_replication_slot",
                                                     "pg_create_restore_point",
                                                     "pg_drop_replication_slot",
                                                     "pg_file_rename",
                                                     "pg_file_unlink",
                                                     "pg_file_write",
                                                     "pg_logical_emit_message",
                                                     "pg_logical_slot_get_binary_changes",
                                                     "pg_logical_slot_get_changes",
                                                     "pg_promote",
                                                     "pg_reload_conf",
                                                     "pg_replication_origin_advance",
                                                     "pg_replication_slot_advance",
                                                     "pg_rotate_logfile",
                                                     "pg_start_backup",
                                                     "pg_stop_backup",
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
  if (copies_out(token_reader(statement))) return "COPY with a file or program";
  for (const auto &name : called_names(statement))
    if (std::find(functions.begin(), functions.end(), name) != functions.end()) return name + "()";
  return {};
}

} // namespace davit::sql
