#include "lifecycle/lock_holders.hpp"

#include <algorithm>
#include <array>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

// pg_blocking_pids() stops the server's lock manager for a moment: only for a session that does wait. A prepared
// transaction has no backend, and pid 0.
constexpr std::string_view query =
    "SELECT CASE b.pid WHEN 0 THEN 'a prepared transaction' ELSE concat('pid ', b.pid, ' (user ', "
    "coalesce(a.usename, '?'), ', ''', a.application_name, ''', ', coalesce(a.state, 'ended'), ', transaction since ', "
    "to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), ', query: ', "
    "regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{80}).+$', '\\1...'), ')') END,"
    " (SELECT l.mode || ' on ' || coalesce(l.relation::regclass::text, l.locktype) FROM pg_locks l"
    "  WHERE l.pid = $1::int AND NOT l.granted LIMIT 1)"
    " FROM (SELECT DISTINCT unnest(pg_blocking_pids($1::int)) AS pid) b LEFT JOIN pg_stat_activity a USING (pid)"
    " WHERE EXISTS (SELECT FROM pg_stat_activity w WHERE w.pid = $1::int AND w.wait_event_type = 'Lock')"
    " ORDER BY b.pid";

} // namespace

bool lock_holders::look() try {
  const auto now = clock::now();
  if (now < next_) return waits_;
  next_ = now + std::clamp<clock::duration>((now - began_) / 4, 20ms, 1s);
  const auto r = ask_.query(query, std::array{postgres::parameter(waiter_)});
  waits_ = r.rows() > 0;
  if (!waits_) return false;
  std::string text = (r.is_null(0, 1) ? "a lock" : std::string(r.text(0, 1))) + ", held by ";
  for (int i = 0; i < r.rows(); ++i) text += (i ? " and " : "") + std::string(r.text(i, 0));
  seen_ = std::move(text);
  show_(seen_);
  return true;
} catch (const error &) {
  return false; // to know more about a wait is no reason to end it; a lost session is found out before the next
                // statement
}

void lock_holders::explain(postgres::server_error &e) const {
  if (e.sqlstate == postgres::sqlstate::lock_not_available && e.detail.empty() && !seen_.empty())
    e.detail = "it waited for " + seen_;
}

} // namespace davit::lifecycle
