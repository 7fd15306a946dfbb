#include "lifecycle/sessions/side_attendance.hpp"

#include "lifecycle/sessions/brief_look.hpp"
#include "plugin/channel.hpp"

#include <davit/plugin.h>

#include <chrono>

namespace davit::lifecycle {

side_attendance::side_attendance(postgres::connection &side, postgres::connection &lock,
                                 std::optional<std::int32_t> run, observer &show)
    : side_(side), lock_(lock), run_(run.value_or(0)), show_(show),
      holders_(lock, side.backend_pid(), [this](const std::string &what) { found(what); }) {
  // A short lock_timeout must not strike before anybody has looked.
  side_.while_waiting(std::chrono::milliseconds(20), [this] {
    if (own_.empty() && lock_.still_alive() && !lock_.awaits_answer()) holders_.look(); // else this may be the answer
  });
}

side_attendance::~side_attendance() { side_.while_waiting({}, nullptr); }

void side_attendance::found(const std::string &what) {
  if (what.empty()) return show_.waiting(what);
  const auto &page = holders_.page();
  own_is_page_ = page && page->by == std::to_string(run_);
  std::string lock = own_is_page_ ? page->name : lock_of_this_run();
  if (lock.empty()) return show_.waiting(what);
  // A request that is not delivered is made again at the next look.
  if (side_.cancel()->request().empty()) own_ = std::move(lock);
}

// Directly, or through others that wait for this run themselves.
std::string side_attendance::lock_of_this_run() {
  const std::string side = std::to_string(side_.backend_pid());
  const auto look = [&](const std::string &what) {
    return ask_briefly(lock_, "WITH RECURSIVE waits(pid) AS (SELECT unnest(pg_blocking_pids(" + side +
                                  ")) UNION SELECT unnest(pg_blocking_pids(w.pid)) FROM waits w) SELECT " + what +
                                  " FROM waits WHERE pid IN (" + std::to_string(run_) + ", pg_backend_pid()) LIMIT 1");
  };
  auto r = look("COALESCE((" + awaited_lock_sql(side) + "), 'a lock')");
  if (!r) r = look("'a lock'"); // where names are looked up is locked itself
  return r && r->rows() > 0 ? std::string(r->text(0, 0)) : std::string();
}

void side_attendance::explain(postgres::server_error &e) const {
  const bool gave_up =
      e.sqlstate == postgres::sqlstate::query_canceled || e.sqlstate == postgres::sqlstate::lock_not_available;
  if (gave_up && !own_.empty() && own_is_page_)
    throw plugin::call_error(DAVIT_ERR_STATE,
                             "the side connection waits for " + own_ +
                                 ", which a cursor on the migration's connection has pinned: it would wait for ever",
                             "close the cursor before, or use a phase outside of the transaction");
  if (gave_up && !own_.empty())
    throw plugin::call_error(DAVIT_ERR_STATE,
                             "the side connection waits for " + own_ +
                                 ", which this migration holds until the handler returns: it would wait for ever",
                             "use the migration's own connection here, or a phase outside of the transaction");
  holders_.explain(e);
}

} // namespace davit::lifecycle
