#include "plugin/side_channel.hpp"

#include <davit/plugin.h>

#include <chrono>

namespace davit::plugin {

side_channel::side_channel(sessions &s, access rights)
    : autocommit_channel([&s]() -> postgres::connection & { return s.side(); }, rights), sessions_(s) {}

template <class F> auto side_channel::watched(F &&work) {
  blocked_by_.clear();
  postgres::connection &c = sessions_.side();
  c.while_waiting(std::chrono::milliseconds(100), [this, &c] {
    if (!blocked_by_.empty()) return;
    // A request that is not delivered is made again at the next look.
    if (std::string lock = sessions_.side_waits_for_run(); !lock.empty() && c.cancel()->request().empty())
      blocked_by_ = std::move(lock);
  });
  try {
    auto r = work();
    c.while_waiting({}, nullptr);
    return r;
  } catch (const error &) {
    c.while_waiting({}, nullptr);
    if (blocked_by_.empty()) throw;
    throw call_error(DAVIT_ERR_STATE,
                     "the side connection waits for " + blocked_by_ +
                         ", which this migration holds until the handler returns: it would wait for ever",
                     "use the migration's own connection here, or a phase outside of the transaction");
  }
}

postgres::result side_channel::query(std::string_view sql, std::span<const postgres::parameter> parameters) {
  return watched([&] { return autocommit_channel::query(sql, parameters); });
}

channel::stream side_channel::open_rows_watched(std::string_view sql, std::span<const postgres::parameter> parameters) {
  return watched([&] { return open_rows(sql, parameters); });
}

std::optional<postgres::result> side_channel::next_row_watched(std::uint64_t id) {
  return watched([&] { return next_row(id); });
}

void side_channel::finish(bool keep) {
  try {
    end_stream(); // may commit what the stream changed
  } catch (const error &e) {
    sessions_.drop_side();
    if (keep)
      throw call_error(DAVIT_ERR_SQL,
                       "what a stream on the side connection changed could not be committed: " + e.message,
                       "close the stream in the handler to see the error there");
    return;
  }
  try {
    autocommit_channel::finish(keep);
  } catch (const error &) {
    sessions_.drop_side(); // the next handler that asks for it gets a fresh one
  }
}

} // namespace davit::plugin
