// The SQL side of one handler call: its two connections, and what it may send to them.
#pragma once

#include "plugin/channel.hpp"
#include "plugin/sessions.hpp"
#include "plugin/side_channel.hpp"
#include "plugin/watch.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

enum class sql_scope {
  own_transaction, // outside of a migration: a transaction of the handler's own
  in_transaction,  // inside the migration's: a savepoint of the handler's own
  autocommit,      // inside a migration that has no transaction
  none,            // the session cannot be used
};

class call_sql {
public:
  // `on_side`: at most these rights on the side connection; access::rehearse in a dry run.
  call_sql(sessions &s, sql_scope scope, access rights, access on_side, const watch &supervision)
      : sessions_(s), scope_(scope), rights_(rights), on_side_(on_side), supervision_(supervision) {}

  // `connection` is DAVIT_CONN_…. All throw davit::error.
  postgres::result query(std::int32_t connection, std::string_view sql,
                         std::span<const postgres::parameter> parameters);
  channel::stream open_rows(std::int32_t connection, std::string_view sql,
                            std::span<const postgres::parameter> parameters);
  std::optional<postgres::result> next_row(std::int32_t connection, std::uint64_t stream);
  void close_rows(std::int32_t connection, std::uint64_t stream);

  void undo();

  // As channel::finish, for both connections.
  void finish(bool keep);
  // Whether keeping the handler's work means a COMMIT.
  bool may_take_long() const { return (main_ && main_->commits()) || (side_ && side_->commits()); }
  // In a dry run, what it sent that no rollback undoes, as far as its text shows.
  const std::vector<std::string> &outside() const { return outside_; }
  // Whether it sent something inside a transaction that releases all advisory locks of the migration's session,
  // likewise.
  bool released_all_locks() const { return released_all_locks_; }
  // Whether what it did may be there although it failed: on the side connection, or without a transaction.
  bool outlives_failure() const { return side_ || (main_ && scope_ == sql_scope::autocommit); }

private:
  channel &prepare(std::int32_t connection, std::string_view sql);
  channel &of(std::int32_t connection);
  side_channel &side();
  std::unique_ptr<attendance> attend(std::int32_t connection);

  sessions &sessions_;
  const sql_scope scope_;
  const access rights_;
  const access on_side_;
  const watch &supervision_;
  // Made at the first statement: most handlers need one of them, or none.
  std::unique_ptr<channel> main_;
  std::optional<side_channel> side_;
  std::vector<std::string> outside_;
  bool released_all_locks_ = false;
};

} // namespace davit::plugin
