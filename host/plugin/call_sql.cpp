#include "plugin/call_sql.hpp"

#include "plugin/autocommit_channel.hpp"
#include "plugin/savepoint_channel.hpp"
#include "plugin/transaction_channel.hpp"
#include "sql/called_names.hpp"
#include "sql/outside_effect.hpp"
#include "sql/split.hpp"

#include <davit/plugin.h>

#include <algorithm>
#include <cctype>
#include <exception>

namespace davit::plugin {
namespace {

// The server skips empty statements before the first, so what counts is the first that is not.
void check_allowed(std::string_view sql) {
  for (const auto &statement : sql::split(sql).statements) {
    if (sql::is_transaction_control(statement.kind))
      throw call_error(DAVIT_ERR_DENIED,
                       "transaction control is refused: a handler cannot end or nest the transaction it runs in",
                       "use undo to go back to where the handler began");
    if (statement.kind == sql::statement_kind::copy_from_stdin || statement.kind == sql::statement_kind::copy_to_stdout)
      throw call_error(DAVIT_ERR_UNSUPPORTED, "COPY through the client is not available to handlers",
                       "use INSERT … SELECT, or COPY with a file of the server's");
  }
}

// As far as its text shows it.
bool releases_all_locks(std::string_view sql) {
  constexpr std::string_view name = "pg_advisory_unlock_all";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (std::search(sql.begin(), sql.end(), name.begin(), name.end(), same) == sql.end()) return false;
  const auto called = sql::called_names(sql);
  return std::find(called.begin(), called.end(), name) != called.end();
}

// What the server says of DISCARD ALL, VACUUM and their like, which a handler cannot know from the statement alone.
void explain_block(error &e) {
  if (e.sqlstate == postgres::sqlstate::active_sql_transaction && e.hint.empty())
    e.hint =
        "leave it out if it is there to tidy up: davit puts the session back after each handler; what else must run "
        "outside of a transaction belongs on the side connection";
}

// Null: the session cannot be used.
std::unique_ptr<channel> open_main(sessions &s, sql_scope scope, access rights) {
  const channel::source session = [&s]() -> postgres::connection & { return s.run(); };
  switch (scope) {
  case sql_scope::own_transaction:
    return std::make_unique<transaction_channel>(session, rights, s.own_transaction_setup());
  case sql_scope::in_transaction:
    return std::make_unique<savepoint_channel>(session, rights, [&s] { s.check_as_commit(); });
  case sql_scope::autocommit: return std::make_unique<autocommit_channel>(session, rights);
  case sql_scope::none: break;
  }
  return nullptr;
}

} // namespace

side_channel &call_sql::side() {
  if (!side_) side_.emplace(sessions_, std::min(rights_, on_side_));
  return *side_;
}

channel &call_sql::of(std::int32_t connection) {
  if (connection == DAVIT_CONN_SIDE) return side();
  if (connection != DAVIT_CONN_MIGRATION)
    throw call_error(DAVIT_ERR_INVALID, "there is no connection number " + std::to_string(connection));
  if (!main_) main_ = open_main(sessions_, scope_, rights_);
  if (!main_)
    throw call_error(DAVIT_ERR_STATE, "the migration's connection cannot be used at this point",
                     "ask info \"run.connected\" first, or use the side connection");
  return *main_;
}

channel &call_sql::prepare(std::int32_t connection, std::string_view sql) {
  if (rights_ == access::none)
    throw call_error(DAVIT_ERR_DENIED, "the plugin has neither db.read nor db.write",
                     "declare the capability in the plugin's descriptor, and see that `grant` in davit.toml has it");
  channel &c = of(connection);
  if (supervision_.reason() != DAVIT_CANCEL_NONE)
    throw call_error(DAVIT_ERR_CANCELLED, "the handler was told to give up: no more statements", "return");
  check_allowed(sql);
  // Elsewhere davit notices that its lock is gone.
  if (connection == DAVIT_CONN_MIGRATION && scope_ != sql_scope::autocommit && releases_all_locks(sql))
    released_all_locks_ = true;
  if (on_side_ == access::rehearse)
    if (auto what = sql::outside_effect(sql); !what.empty()) outside_.push_back(std::move(what));
  return c;
}

std::unique_ptr<attendance> call_sql::attend(std::int32_t connection) {
  return connection == DAVIT_CONN_SIDE ? sessions_.attend_side() : sessions_.attend_run();
}

postgres::result call_sql::query(std::int32_t connection, std::string_view sql,
                                 std::span<const postgres::parameter> parameters) {
  channel &c = prepare(connection, sql);
  try {
    return attended(attend(connection), [&] { return c.query(sql, parameters); });
  } catch (error &e) {
    if (connection == DAVIT_CONN_MIGRATION) explain_block(e);
    throw;
  }
}

channel::stream call_sql::open_rows(std::int32_t connection, std::string_view sql,
                                    std::span<const postgres::parameter> parameters) {
  channel &c = prepare(connection, sql);
  return attended(attend(connection), [&] { return c.open_rows(sql, parameters); });
}

std::optional<postgres::result> call_sql::next_row(std::int32_t connection, std::uint64_t stream) {
  channel &c = of(connection);
  return attended(attend(connection), [&] { return c.next_row(stream); });
}

// May commit what the stream changed.
void call_sql::close_rows(std::int32_t connection, std::uint64_t stream) {
  channel &c = of(connection);
  attended(attend(connection), [&] { c.close_rows(stream); });
}

void call_sql::undo() { of(DAVIT_CONN_MIGRATION).undo(); }

// Both are settled, whatever becomes of one.
void call_sql::finish(bool keep) {
  std::exception_ptr side_failed;
  try {
    if (side_) side_->finish(keep);
  } catch (const error &) {
    side_failed = std::current_exception();
  }
  keep = keep && !side_failed;
  if (main_ && keep && main_->commits())
    attended(sessions_.attend_run(), [&] { main_->finish(keep); });
  else if (main_)
    main_->finish(keep);
  if (side_failed) std::rethrow_exception(side_failed);
}

} // namespace davit::plugin
