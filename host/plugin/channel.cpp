#include "plugin/channel.hpp"

#include <davit/plugin.h>

namespace davit::plugin {

void channel::require_no_stream() const {
  if (open_id_)
    throw call_error(DAVIT_ERR_STATE, "rows of an earlier statement are still being read on this connection",
                     "close them first");
}

void channel::require_alive(const postgres::connection &c) {
  if (!c.alive())
    throw error(error_code::connection_lost, "the session was lost while the handler ran",
                "the server has rolled back what was not committed; check that it runs, then run davit again");
}

postgres::result channel::query(std::string_view sql, std::span<const postgres::parameter> parameters) {
  require_no_stream();
  return ready().query(sql, parameters);
}

channel::stream channel::open_rows(std::string_view sql, std::span<const postgres::parameter> parameters) {
  require_no_stream();
  postgres::connection &c = ready();
  before_stream(c);
  try {
    stream s{++last_id_, c.start_rows(sql, parameters)};
    open_id_ = s.id;
    at_end_ = false;
    streaming_ = &c;
    return s;
  } catch (const error &) {
    if (c.alive()) after_stream(c, false);
    throw;
  }
}

std::optional<postgres::result> channel::next_row(std::uint64_t id) {
  if (id != open_id_) throw call_error(DAVIT_ERR_STALE, "this stream was closed already, by undo or by close");
  if (at_end_) return std::nullopt;
  auto row = streaming_->next_row();
  at_end_ = !row;
  return row;
}

void channel::close_rows(std::uint64_t id) {
  if (id != open_id_) throw call_error(DAVIT_ERR_STALE, "this stream was closed already, by undo or by close");
  end_stream();
}

void channel::before_stream(postgres::connection &c) { c.exec("SAVEPOINT davit_rows"); }

void channel::after_stream(postgres::connection &c, bool complete) {
  if (complete && c.transaction_status() != postgres::transaction_status::aborted)
    c.exec("RELEASE SAVEPOINT davit_rows");
  else
    c.exec("ROLLBACK TO SAVEPOINT davit_rows; RELEASE SAVEPOINT davit_rows");
}

void channel::end_stream() {
  if (!open_id_) return;
  open_id_ = 0;
  postgres::connection &c = *streaming_;
  c.end_rows();
  require_alive(c);
  after_stream(c, at_end_);
}

} // namespace davit::plugin
