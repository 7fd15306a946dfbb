#include "lifecycle/sessions/lock_sql.hpp"

#include "lifecycle/sessions/brief_look.hpp"

namespace davit::lifecycle {
namespace {

// pg_blocking_pids() stops the server's lock manager for a moment: only for a session that does wait. What one of
// another role is at, as davit's own are where they began as such, is not for everybody to see, but its locks are.
std::string where_it_waits(const std::string &waiter, const std::string &activity, const std::string &locks) {
  return " WHERE EXISTS (SELECT FROM " + activity + " w WHERE w.pid = " + waiter +
         " AND (w.wait_event_type = 'Lock' OR w.state IS NULL AND EXISTS (SELECT FROM " + locks +
         " l WHERE l.pid = " + waiter + " AND NOT l.granted)))";
}

// Of b.pid, with what pg_stat_activity has of it as `a`. A prepared transaction has no backend, and pid 0.
const std::string session_sql =
    "CASE b.pid WHEN 0 THEN 'a prepared transaction' ELSE concat('pid ', b.pid, ' (user ', "
    "coalesce(a.usename, '?'), ', ''', a.application_name, ''', ', CASE WHEN a.pid IS NULL THEN 'ended' ELSE "
    "coalesce(a.state, 'state not visible') END, ', transaction since ' || "
    "to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), ', query: ' || "
    "regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{80}).+$', '\\1...'), ')') END";

// No lock tells who has pinned the page that VACUUM waits for; but whoever has, has a lock on the table, too.
std::string pinned_sql(const std::string &waiter) {
  return "SELECT " + session_sql +
         ", 'a page of ' || b.relation::regclass, b.pid, true, 'holds' FROM (SELECT DISTINCT h.pid, h.relation FROM "
         "pg_locks t "
         "JOIN pg_locks h USING (locktype, database, relation) WHERE t.pid = " +
         waiter +
         " AND t.locktype = 'relation' AND t.mode = 'ShareUpdateExclusiveLock' AND t.granted AND h.granted AND "
         "h.pid <> t.pid) b LEFT JOIN pg_stat_activity a USING (pid) WHERE EXISTS (SELECT FROM pg_stat_activity w "
         "WHERE w.pid = " +
         waiter + " AND w.wait_event_type = 'BufferPin')";
}

// Which mode of a lock conflicts with which, as bits by their numbers: the server shows it nowhere.
const std::string modes_sql =
    "m (mode, number, conflicts) AS (VALUES ('AccessShareLock', 1, 256), ('RowShareLock', 2, 384), "
    "('RowExclusiveLock', 3, 480), ('ShareUpdateExclusiveLock', 4, 496), ('ShareLock', 5, 472), "
    "('ShareRowExclusiveLock', 6, 504), ('ExclusiveLock', 7, 508), ('AccessExclusiveLock', 8, 510))";

std::string object_sql(const std::string &lock) {
  std::string out;
  for (const char *column : {"locktype", "database", "relation", "page", "tuple", "virtualxid", "transactionid",
                             "classid", "objid", "objsubid"})
    out += (out.empty() ? "(" : ", ") + lock + "." + column;
  return out + ")";
}

// b (pid, part). Of the sessions that pg_blocking_pids() names some hold the lock, and others only stand before the
// waiter in the queue, for somebody whose lock the waiter itself might not mind.
std::string queue_sql(const std::string &waiter) {
  return "WITH " + modes_sql +
         ", l AS MATERIALIZED (SELECT * FROM pg_locks), w AS (SELECT * FROM l WHERE l.pid = " + waiter +
         " AND NOT l.granted LIMIT 1), o AS (SELECT coalesce(l.pid, 0) AS pid, l.granted, m.number, m.conflicts "
         "FROM w JOIN l ON " +
         object_sql("l") + " IS NOT DISTINCT FROM " + object_sql("w") +
         " JOIN m ON m.mode = l.mode), d AS (SELECT DISTINCT unnest(pg_blocking_pids(" + waiter + ")) AS pid" +
         where_it_waits(waiter, "pg_stat_activity", "pg_locks") +
         "), q AS (SELECT pid FROM d WHERE pid IN (SELECT pid FROM o WHERE NOT granted) AND pid NOT IN (SELECT o.pid "
         "FROM o JOIN w ON true JOIN m ON m.mode = w.mode WHERE o.granted AND (m.conflicts >> o.number) & 1 = 1)), "
         "b AS (SELECT pid, CASE WHEN pid IN (SELECT pid FROM q) THEN 'waits' ELSE 'holds' END AS part FROM d UNION "
         "SELECT h.pid, 'before' FROM q JOIN o a USING (pid) JOIN o h ON h.granted AND NOT a.granted AND "
         "(a.conflicts >> h.number) & 1 = 1 WHERE h.pid <> " +
         waiter + " AND h.pid NOT IN (SELECT pid FROM d)) ";
}

struct several {
  std::string names; // "pid 7 (…) and pid 8 (…)"
  int count = 0;
};

several those_who(const postgres::result &r, std::string_view part) {
  constexpr int enough = 5;
  several out;
  for (int i = 0; i < r.rows(); ++i)
    if (r.text(i, 4) == part && out.count++ < enough)
      out.names += (out.count > 1 ? " and " : "") + std::string(r.text(i, 0));
  if (out.count > enough) out.names += " and " + std::to_string(out.count - enough) + " more";
  return out;
}

} // namespace

std::string in_the_way_sql(const std::string &waiter) {
  return queue_sql(waiter) + "SELECT " + session_sql + ", (" + awaited_lock_sql(waiter) +
         "), b.pid, false, b.part FROM b LEFT JOIN pg_stat_activity a USING (pid) UNION ALL " + pinned_sql(waiter) +
         " ORDER BY 3";
}

std::string nameless_sql(const std::string &waiter) {
  return "SELECT CASE b.pid WHEN 0 THEN 'a prepared transaction' ELSE concat('pid ', b.pid) END,"
         " (SELECT concat(l.mode, ' on ', l.locktype, ' ' || l.relation) FROM pg_lock_status() l WHERE l.pid = " +
         waiter + " AND NOT l.granted LIMIT 1), b.pid, false, 'holds' FROM (SELECT DISTINCT unnest(pg_blocking_pids(" +
         waiter + ")) AS pid) b" + where_it_waits(waiter, "pg_stat_get_activity(" + waiter + ")", "pg_lock_status()") +
         " ORDER BY b.pid";
}

std::optional<in_the_way> read_in_the_way(const postgres::result &r) {
  if (r.rows() == 0 || r.is_null(0, 1)) return std::nullopt;
  in_the_way out{std::string(r.text(0, 1)), r.text(0, 3) == "t", {}, {}};
  const several holds = those_who(r, "holds"), waits = those_who(r, "waits"), before = those_who(r, "before");
  if (out.is_page)
    out.who = "pinned, as it seems, by " + holds.names;
  else if (holds.count > 0)
    out.who = "held by " + holds.names;
  else
    out.who = "behind " + waits.names + ", which wait" + (waits.count == 1 ? "s" : "") + " for it, too" +
              (before.count > 0 ? ", held by " + before.names : "");
  if (r.rows() == 1) out.only_pid = r.text(0, 2);
  return out;
}

std::string held_now_sql(const std::string &waiter) {
  return "SELECT b.mode || ' on ' || b.relation::regclass || ', held by ' || " + session_sql +
         " FROM (SELECT DISTINCT ON (l.pid, l.relation) coalesce(l.pid, 0) AS pid, l.relation, l.mode, s.strength FROM "
         "pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity w ON w.pid = " +
         waiter +
         " JOIN unnest('{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,"
         "ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::text[]) WITH ORDINALITY s(mode, strength) "
         "ON s.mode = l.mode WHERE l.locktype = 'relation' AND l.granted AND l.database = "
         "(SELECT oid FROM pg_database WHERE datname = current_database()) AND coalesce(l.pid, 0) NOT IN (" +
         waiter +
         ", pg_backend_pid()) AND w.query ~* ('\\m' || regexp_replace(c.relname, '(\\W)', '\\\\\\1', 'g') || '\\M') "
         "ORDER BY l.pid, l.relation, s.strength DESC) b LEFT JOIN pg_stat_activity a USING (pid) "
         "ORDER BY b.strength DESC, b.pid LIMIT 3";
}

} // namespace davit::lifecycle
