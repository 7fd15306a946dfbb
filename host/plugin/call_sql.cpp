#include "plugin/call_sql.hpp"

#include "sql/statement_kind.hpp"

#include <davit/plugin.h>

#include <algorithm>
#include <chrono>

namespace davit::plugin {
namespace {

using postgres::transaction_status;

constexpr std::string_view read_only =
    "SET LOCAL transaction_read_only = on; "; // cannot be switched back, ends with the savepoint

// Everything a handler can have set, as far as SQL shows it. Operators are qualified: search_path may be anyone's.
constexpr std::string_view settings_query =
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session' "
    "UNION ALL SELECT 'role', pg_catalog.current_setting('role') "
    "UNION ALL SELECT 'session_authorization', pg_catalog.current_setting('session_authorization')";

void check_allowed(std::string_view sql) {
  const auto kind = sql::classify(sql);
  if (sql::is_transaction_control(kind))
    throw call_error(DAVIT_ERR_DENIED,
                     "transaction control is refused: a handler cannot end or nest the transaction it runs in",
                     "use undo to go back to where the handler began");
  if (kind == sql::statement_kind::copy_from_stdin || kind == sql::statement_kind::copy_to_stdout)
    throw call_error(DAVIT_ERR_UNSUPPORTED, "COPY through the client is not available to handlers",
                     "use INSERT … SELECT, or COPY with a file of the server's");
}

} // namespace

postgres::connection &call_sql::prepare(std::int32_t which, std::string_view sql) {
  if (rights_ == access::none)
    throw call_error(DAVIT_ERR_DENIED, "the plugin has neither db.read nor db.write",
                     "declare the capability in the plugin's descriptor, and see that `grant` in davit.toml has it");
  if (which != DAVIT_CONN_MIGRATION && which != DAVIT_CONN_SIDE)
    throw call_error(DAVIT_ERR_INVALID, "there is no connection number " + std::to_string(which));
  if (streaming_[which])
    throw call_error(DAVIT_ERR_STATE, "rows of an earlier statement are still being read on this connection",
                     "close them first");
  check_allowed(sql);
  if (which == DAVIT_CONN_SIDE) {
    if (!side_) side_ = &sessions_.side();
    return *side_;
  }
  open_main();
  if (!main_->alive()) throw call_error(DAVIT_ERR_CONNECTION, "the session is lost");
  if (scope_ != sql_scope::autocommit && main_->transaction_status() == transaction_status::aborted)
    throw call_error(DAVIT_ERR_STATE, "the transaction is aborted by an earlier error",
                     "call undo to go back to where the handler began");
  return *main_;
}

void call_sql::open_main() {
  if (main_) return;
  if (scope_ == sql_scope::none)
    throw call_error(DAVIT_ERR_STATE, "the migration's connection cannot be used at this point",
                     "ask info \"run.connected\" first, or use the side connection");
  postgres::connection &c = sessions_.run();
  switch (scope_) {
  case sql_scope::own_transaction:
    c.exec((rights_ == access::read ? "BEGIN READ ONLY; " : "BEGIN; ") + sessions_.own_transaction_setup());
    break;
  case sql_scope::in_transaction:
    c.exec("SAVEPOINT davit_handler");
    main_ = &c; // from here on there is something to undo
    before_ = session_settings();
    if (rights_ == access::read) c.exec(read_only);
    break;
  case sql_scope::autocommit: break;
  case sql_scope::none: break;
  }
  main_ = &c;
  if (scope_ == sql_scope::autocommit) before_ = session_settings();
}

call_sql::settings call_sql::session_settings() {
  const auto r = main_->exec(settings_query);
  settings out;
  for (int i = 0; i < r.rows(); ++i) out.emplace_back(r.text(i, 0), r.text(i, 1));
  std::sort(out.begin(), out.end());
  return out;
}

void call_sql::restore_settings() {
  const settings now = session_settings();
  settings changed; // to the value before, or to the default
  std::set_difference(before_.begin(), before_.end(), now.begin(), now.end(), std::back_inserter(changed));
  const std::string local = scope_ == sql_scope::in_transaction ? "true" : "false";
  std::string sql;
  const auto put = [&](const std::string &name, const std::string &to) {
    sql += "SELECT pg_catalog.set_config(" + postgres::quote_literal(name) + ", " + to + ", " + local + "); ";
  };
  std::erase_if(changed, [](const auto &s) { return s.first == "transaction_read_only"; }); // ends with the savepoint
  for (const auto &[name, value] : changed) put(name, postgres::quote_literal(value));
  for (const auto &[name, value] : now) {
    const auto same_name = [&n = name](const auto &s) { return s.first == n; };
    if (std::none_of(before_.begin(), before_.end(), same_name) && name != "transaction_read_only") put(name, "NULL");
  }
  if (!sql.empty()) main_->exec(sql);
}

template <class F> auto call_sql::on_side(postgres::connection &side, F &&work) {
  blocked_by_.clear();
  side.while_waiting(std::chrono::milliseconds(100), [this, &side] {
    if (!blocked_by_.empty()) return;
    blocked_by_ = sessions_.side_waits_for_run();
    if (!blocked_by_.empty()) side.cancel().request(); // undelivered: the wait goes on, and the next look asks again
  });
  try {
    // Reading plugins must not write here either, and autocommit has no savepoint to enforce it under.
    if (rights_ != access::read) return work();
    side.exec("BEGIN READ ONLY");
    auto r = work();
    if (!streaming_[DAVIT_CONN_SIDE]) side.exec("COMMIT");
    return r;
  } catch (const postgres::server_error &) {
    if (side.alive() && side.transaction_status() != transaction_status::idle) side.exec("ROLLBACK");
    if (!blocked_by_.empty())
      throw call_error(DAVIT_ERR_STATE,
                       "the side connection waits for " + blocked_by_ +
                           ", which this migration holds until the handler returns: it would wait for ever",
                       "use the migration's own connection here, or a phase outside of the transaction");
    throw;
  }
}

postgres::result call_sql::query(std::int32_t connection, std::string_view sql,
                                 std::span<const postgres::parameter> parameters) {
  postgres::connection &c = prepare(connection, sql);
  if (&c == side_) return on_side(c, [&] { return c.query(sql, parameters); });
  if (scope_ != sql_scope::autocommit || rights_ != access::read) return c.query(sql, parameters);
  c.exec("BEGIN READ ONLY");
  try {
    auto r = c.query(sql, parameters);
    c.exec("COMMIT");
    return r;
  } catch (const error &) {
    if (c.alive()) c.exec("ROLLBACK");
    throw;
  }
}

postgres::result call_sql::open_rows(std::int32_t connection, std::string_view sql,
                                     std::span<const postgres::parameter> parameters) {
  postgres::connection &c = prepare(connection, sql);
  if (&c == side_)
    return on_side(c, [&] {
      auto r = c.start_rows(sql, parameters);
      streaming_[DAVIT_CONN_SIDE] = true;
      return r;
    });
  if (scope_ == sql_scope::autocommit && rights_ == access::read) c.exec("BEGIN READ ONLY");
  try {
    auto r = c.start_rows(sql, parameters);
    streaming_[DAVIT_CONN_MIGRATION] = true;
    return r;
  } catch (const error &) {
    if (scope_ == sql_scope::autocommit && c.alive() && c.transaction_status() != transaction_status::idle)
      c.exec("ROLLBACK");
    throw;
  }
}

std::optional<postgres::result> call_sql::next_row(std::int32_t connection) {
  return (connection == DAVIT_CONN_SIDE ? side_ : main_)->next_row();
}

void call_sql::close_rows(std::int32_t connection) {
  if (!std::exchange(streaming_[connection], false)) return;
  postgres::connection &c = *(connection == DAVIT_CONN_SIDE ? side_ : main_);
  const bool half_way = c.transaction_status() == transaction_status::active;
  c.end_rows();
  const bool own = connection == DAVIT_CONN_SIDE || scope_ == sql_scope::autocommit;
  if (own && c.alive() && c.transaction_status() != transaction_status::idle) c.exec("ROLLBACK"); // it only read
  // Ending it early aborted the transaction it ran in; a reader's savepoint holds nothing that could be lost.
  if (!own && half_way && c.alive() && c.transaction_status() == transaction_status::aborted && rights_ == access::read)
    undo();
}

void call_sql::undo() {
  if (!main_) return; // nothing was done yet
  close_rows(DAVIT_CONN_MIGRATION);
  switch (scope_) {
  case sql_scope::in_transaction:
    main_->exec("ROLLBACK TO SAVEPOINT davit_handler");
    if (rights_ == access::read) main_->exec(read_only);
    break;
  case sql_scope::own_transaction:
    main_->exec("ROLLBACK; " + std::string(main_->reset_sql()));
    main_ = nullptr;
    break;
  case sql_scope::autocommit:
  case sql_scope::none:
    throw call_error(
        DAVIT_ERR_STATE,
        "there is nothing to undo: this migration has no transaction, each statement is committed at once");
  }
}

void call_sql::finish_side() {
  if (!side_) return;
  close_rows(DAVIT_CONN_SIDE);
  side_->while_waiting(std::chrono::milliseconds(0), nullptr);
  if (side_->alive()) side_->exec(side_->reset_sql());
  side_ = nullptr;
}

void call_sql::finish(bool keep) {
  finish_side();
  if (!main_) return;
  close_rows(DAVIT_CONN_MIGRATION);
  postgres::connection &c = *main_;
  const auto status = c.transaction_status();
  if (!c.alive())
    throw error(error_code::connection_lost, "the session was lost while the handler ran",
                "the server has rolled back what was not committed; check that it runs, then run davit again");
  std::optional<call_error> refused;
  if (keep && scope_ != sql_scope::autocommit && status == transaction_status::aborted) {
    keep = false;
    refused.emplace(DAVIT_ERR_STATE, "the handler returned success with an aborted transaction",
                    "return an error, or call undo");
  }
  switch (scope_) {
  case sql_scope::in_transaction:
    if (status == transaction_status::idle)
      throw error(error_code::transaction_ended, "the migration's transaction was ended while the handler ran",
                  "handlers must not commit or roll back");
    if (keep) restore_settings();
    c.exec(keep ? "RELEASE SAVEPOINT davit_handler"
                : "ROLLBACK TO SAVEPOINT davit_handler; RELEASE SAVEPOINT davit_handler");
    break;
  case sql_scope::own_transaction: try { c.exec(keep ? "COMMIT" : "ROLLBACK");
    } catch (const error &) {
      if (c.alive())
        c.exec((c.transaction_status() == transaction_status::idle ? "" : "ROLLBACK; ") + std::string(c.reset_sql()));
      throw;
    }
    c.exec(c.reset_sql());
    break;
  case sql_scope::autocommit: restore_settings(); break;
  case sql_scope::none: break;
  }
  main_ = nullptr;
  if (refused) throw *refused;
}

} // namespace davit::plugin
