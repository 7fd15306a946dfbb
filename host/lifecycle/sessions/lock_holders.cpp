#include "lifecycle/sessions/lock_holders.hpp"

#include "lifecycle/sessions/brief_look.hpp"

#include <algorithm>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

// pg_blocking_pids() stops the server's lock manager for a moment: only for a session that does wait. What one of
// another role is at, as davit's own are where they began as such, is not for everybody to see, but its locks are.
std::string where_it_waits(const std::string &waiter, const std::string &activity, const std::string &locks) {
  return " WHERE EXISTS (SELECT FROM " + activity + " w WHERE w.pid = " + waiter +
         " AND (w.wait_event_type = 'Lock' OR w.state IS NULL AND EXISTS (SELECT FROM " + locks +
         " l WHERE l.pid = " + waiter + " AND NOT l.granted)))";
}

// A prepared transaction has no backend, and pid 0.
std::string full_sql(const std::string &waiter) {
  return "SELECT CASE b.pid WHEN 0 THEN 'a prepared transaction' ELSE concat('pid ', b.pid, ' (user ', "
         "coalesce(a.usename, '?'), ', ''', a.application_name, ''', ', CASE WHEN a.pid IS NULL THEN 'ended' ELSE "
         "coalesce(a.state, 'state not visible') END, ', transaction since ' || "
         "to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), ', query: ' || "
         "regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{80}).+$', '\\1...'), ')') END, (" +
         awaited_lock_sql(waiter) + ") FROM (SELECT DISTINCT unnest(pg_blocking_pids(" + waiter +
         ")) AS pid) b LEFT JOIN pg_stat_activity a USING (pid)" +
         where_it_waits(waiter, "pg_stat_activity", "pg_locks") + " ORDER BY b.pid";
}

// The same of the server's memory alone: names stand in catalogs, and somebody has locked one of them.
std::string nameless_sql(const std::string &waiter) {
  return "SELECT CASE b.pid WHEN 0 THEN 'a prepared transaction' ELSE concat('pid ', b.pid) END,"
         " (SELECT concat(l.mode, ' on ', l.locktype, ' ' || l.relation) FROM pg_lock_status() l WHERE l.pid = " +
         waiter + " AND NOT l.granted LIMIT 1) FROM (SELECT DISTINCT unnest(pg_blocking_pids(" + waiter +
         ")) AS pid) b" + where_it_waits(waiter, "pg_stat_get_activity(" + waiter + ")", "pg_lock_status()") +
         " ORDER BY b.pid";
}

constexpr auto after_a_vain_look = 1s;

} // namespace

bool lock_holders::look() {
  if (clock::now() < next_) return waits_;
  next_ = clock::now() + std::clamp<clock::duration>((clock::now() - began_) / 4, 20ms, 1s);
  auto r = ask_briefly(ask_, full_sql(waiter_));
  if (!r) {
    r = ask_briefly(ask_, nameless_sql(waiter_));
    next_ = clock::now() + after_a_vain_look;
  }
  if (!r) return waits_; // as it was
  // A wait that ends in the midst of this has holders, but no lock any more.
  waits_ = r->rows() > 0 && !r->is_null(0, 1);
  if (!waits_) return false;
  std::string text = std::string(r->text(0, 1)) + ", held by ";
  for (int i = 0; i < r->rows(); ++i) text += (i ? " and " : "") + std::string(r->text(i, 0));
  seen_ = std::move(text);
  show_(seen_);
  return true;
}

void lock_holders::explain(postgres::server_error &e) const {
  if (e.sqlstate == postgres::sqlstate::lock_not_available && e.detail.empty() && !seen_.empty())
    e.detail = "it waited for " + seen_;
}

} // namespace davit::lifecycle
