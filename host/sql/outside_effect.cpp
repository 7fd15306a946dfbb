#include "sql/outside_effect.hpp"

#include "sql/do_block.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>

namespace davit::sql {
namespace {

// Other sessions, files of the server, the server itself, the log of changes.
constexpr std::array functions{"dblink",
                               "dblink_exec",
                               "dblink_send_query",
                               "lo_export",
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
                               "pg_reload_conf",
                               "pg_replication_slot_advance",
                               "pg_rotate_logfile",
                               "pg_switch_wal",
                               "pg_terminate_backend"};

// What follows one of these is the name of something that is made or written to, not called.
constexpr std::array before_a_name{"table", "exists", "into", "view", "on", "references", "function", "procedure"};

bool copies_out(token_reader reader) {
  if (!reader.accept("copy")) return false;
  while (!reader.at_end() && !reader.is("from") && !reader.is("to"))
    if (!reader.accept_parentheses()) reader.advance();
  const bool program = reader.accept("from");
  if (!program && !reader.accept("to")) return false;
  return reader.is("program") || (!program && reader.kind() == token_kind::string);
}

std::string called_in(std::string_view statement) {
  token_reader reader(statement);
  bool only_named = false;
  while (!reader.at_end()) {
    const auto is = [&reader](const char *word) { return reader.is(word); };
    const auto *const name = std::find_if(functions.begin(), functions.end(), is);
    const char *called = name == functions.end() || only_named ? nullptr : *name;
    only_named = std::any_of(before_a_name.begin(), before_a_name.end(), is);
    reader.advance();
    if (called && reader.kind() == token_kind::open_parenthesis) return std::string(called) + "()";
  }
  return {};
}

std::string called_in_body(std::string_view body) {
  std::size_t begin = 0;
  lexer tokens(body);
  for (token t = tokens.next();; t = tokens.next()) {
    if (t.kind != token_kind::semicolon && t.kind != token_kind::end) continue;
    if (auto what = called_in(body.substr(begin, t.end - begin)); !what.empty()) return what;
    if (t.kind == token_kind::end) return {};
    begin = t.end;
  }
}

} // namespace

std::string outside_effect(std::string_view statement) {
  if (copies_out(token_reader(statement))) return "COPY with a file or program";
  if (const auto block = do_block_of(statement)) return called_in_body(block->body);
  return called_in(statement);
}

} // namespace davit::sql
