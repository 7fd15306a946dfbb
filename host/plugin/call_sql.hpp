// The SQL side of one handler call: its savepoint or transaction, opened at the first statement, kept or undone at the
// end.
#pragma once

#include "plugin/sessions.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace davit::plugin {

enum class sql_scope {
  own_transaction, // outside of a migration: a transaction of the handler's own
  in_transaction,  // inside the migration's: a savepoint of the handler's own
  autocommit,      // inside a migration that has no transaction
  none,            // the session cannot be used
};

enum class access { none, read, write };

// A refusal that becomes the status of a host function.
class call_error : public error {
public:
  call_error(std::int32_t status_, std::string message_, std::string hint_ = {})
      : error(error_code::hook_failed, std::move(message_), std::move(hint_)), status(status_) {}
  std::int32_t status; // DAVIT_ERR_…
};

class call_sql {
public:
  call_sql(sessions &s, sql_scope scope, access rights) : sessions_(s), scope_(scope), rights_(rights) {}

  // `connection` is DAVIT_CONN_…. All throw davit::error.
  postgres::result query(std::int32_t connection, std::string_view sql,
                         std::span<const postgres::parameter> parameters);

  // One stream at a time on each connection.
  postgres::result open_rows(std::int32_t connection, std::string_view sql,
                             std::span<const postgres::parameter> parameters);
  std::optional<postgres::result> next_row(std::int32_t connection);
  void close_rows(std::int32_t connection);

  void undo();

  // Keeps the handler's work (release or commit), or undoes it. When keeping fails the work is undone, and it throws.
  // Settings that the handler changed are as before in both cases.
  void finish(bool keep);

private:
  using settings = std::vector<std::pair<std::string, std::string>>;

  postgres::connection &prepare(std::int32_t which, std::string_view sql);
  void open_main();
  settings session_settings();
  void restore_settings();
  void finish_side();
  template <class F> auto on_side(postgres::connection &side, F &&work);

  sessions &sessions_;
  sql_scope scope_;
  access rights_;
  postgres::connection *main_ = nullptr; // once opened
  postgres::connection *side_ = nullptr;
  bool streaming_[2] = {false, false};
  settings before_;
  std::string blocked_by_; // the lock that the side session waited for
};

} // namespace davit::plugin
