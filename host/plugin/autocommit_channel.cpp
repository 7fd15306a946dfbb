#include "plugin/autocommit_channel.hpp"

#include "postgres/lock_timeout.hpp"
#include "sql/statement_kind.hpp"

#include <davit/plugin.h>

namespace davit::plugin {

using postgres::transaction_status;

postgres::connection &autocommit_channel::ready() {
  if (!c_) {
    postgres::connection &c = session();
    require_alive(c);
    look_at(c);
    c_ = &c;
  }
  require_alive(*c_);
  return *c_;
}

void autocommit_channel::before_stream(postgres::connection &c) {
  c.exec(rights() == access::write ? "BEGIN" : "BEGIN READ ONLY");
}

void autocommit_channel::after_stream(postgres::connection &c, bool complete) {
  if (c.transaction_status() == transaction_status::idle) return;
  const bool keep = complete && rights() != access::rehearse;
  c.exec(keep && c.transaction_status() == transaction_status::in_transaction ? "COMMIT" : "ROLLBACK");
}

postgres::result autocommit_channel::on_its_own(postgres::connection &c, std::string_view sql,
                                                std::span<const postgres::parameter> parameters) {
  postgres::without_lock_timeout timeout(c, sql::classify(sql) == sql::statement_kind::outside_transaction);
  try {
    auto r = c.query(sql, parameters);
    timeout.restore();
    return r;
  } catch (const error &) {
    if (c.alive()) timeout.restore();
    throw;
  }
}

postgres::result autocommit_channel::query(std::string_view sql, std::span<const postgres::parameter> parameters) {
  require_no_stream();
  postgres::connection &c = ready();
  if (rights() == access::write) return on_its_own(c, sql, parameters);
  before_stream(c);
  try {
    auto r = c.query(sql, parameters);
    after_stream(c, true);
    return r;
  } catch (const error &) {
    if (c.alive()) after_stream(c, false);
    throw;
  }
}

void autocommit_channel::undo() {
  if (c_)
    throw call_error(
        DAVIT_ERR_STATE,
        "there is nothing to undo: this migration has no transaction, each statement is committed at once");
}

void autocommit_channel::finish(bool) {
  if (!c_) return;
  postgres::connection &c = *c_;
  end_stream();
  require_alive(c);
  put_back(c);
  c_ = nullptr;
}

} // namespace davit::plugin
