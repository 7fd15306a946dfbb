#include "lifecycle/stepwise/leftover_index.hpp"

#include "lifecycle/sessions/attended.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace davit::lifecycle {

using namespace std::chrono_literals;

// A rebuilding that was not davit's leaves the same.
std::string leftover_index::described(const postgres::invalid_index &which) const {
  return "index " + which.quoted() + ", left INVALID by " +
         (scope.statement().rebuilds() ? "a REINDEX that failed" : "an earlier attempt");
}

void leftover_index::drop(const postgres::invalid_index &which) const {
  for (std::uint32_t attempt = 1;; ++attempt) {
    try {
      if (const auto now = wait_for_builder(which); now && drop_if_invalid(*now))
        show.warning(described(which) + ", was dropped");
      else
        show.warning("index " + which.quoted() + " is not INVALID any more, or gone: davit has left it alone");
      return;
    } catch (postgres::server_error &e) {
      if (!wait_for_another_attempt(e, which, attempt)) throw;
    }
  }
}

// It as it is then, if it is still there, and INVALID. A builder's lock keeps nobody from reading and writing, one that
// waits to drop an index does: so it is not waited for in the server's queue.
std::optional<postgres::invalid_index> leftover_index::wait_for_builder(const postgres::invalid_index &which) const {
  for (;;) {
    stop.check();
    sessions.require_lock();
    auto all = scope.invalid(sessions.run());
    const auto now = std::find_if(all.begin(), all.end(), [&](const auto &one) { return one.oid == which.oid; });
    if (now == all.end() || now->quoted() != which.quoted()) return std::nullopt;
    if (!now->under_construction()) return std::move(*now);
    show.waiting("pid " + std::to_string(now->pid) +
                 (now->perhaps_built_by() ? ", which may be building index "
                                          : ", which is building another index, before"
                                            " davit drops index ") +
                 which.quoted());
    stop.wait(100ms);
  }
}

// Of a statement that waits for who is at the table, and keeps nobody from reading and writing meanwhile; empty where
// there is none. An autovacuum makes way for what has waited in the server's queue for deadlock_timeout, so a
// lock_timeout below that would never see it go. Without a snapshot: a build would wait for who has one.
std::string leftover_index::lock_sql(const postgres::invalid_index &now) const {
  if (now.at_table == postgres::invalid_index::work::none) return {};
  const std::array table{postgres::parameter(now.table_oid)};
  const auto r = sessions.run().query(
      R"sql(
SELECT l.setting, CASE WHEN l.setting OPERATOR(pg_catalog.=) '0' THEN '0' ELSE GREATEST(l.setting::pg_catalog.int8,
         d.setting::pg_catalog.int8 OPERATOR(pg_catalog.*) 2)::pg_catalog.text END
FROM pg_catalog.pg_settings l, pg_catalog.pg_settings d, pg_catalog.pg_class t
WHERE l.name OPERATOR(pg_catalog.=) 'lock_timeout' AND d.name OPERATOR(pg_catalog.=) 'deadlock_timeout'
  AND t.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND t.relkind OPERATOR(pg_catalog.=) 'r'
  AND pg_catalog.has_table_privilege(t.oid, 'UPDATE, DELETE, TRUNCATE')
)sql",
      table);
  if (r.rows() == 0) return {}; // LOCK is for plain tables, and for who may write to them
  return "SET LOCAL lock_timeout = " + std::string(r.text(0, 1)) + "; LOCK TABLE ONLY " + now.quoted_table() +
         " IN SHARE UPDATE EXCLUSIVE MODE; SET LOCAL lock_timeout = " + std::string(r.text(0, 0));
}

// DROP takes the index by its name, whatever it is by then. With the locks that it then has nobody can change what it
// has dropped, and another session still sees what that was.
bool leftover_index::drop_if_invalid(const postgres::invalid_index &now) const {
  auto &c = sessions.run();
  const auto lock = lock_sql(now);
  c.exec("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    {
      const attended guard(sessions, stop, show);
      try {
        if (!lock.empty()) c.exec(lock);
        if (lock.empty() || is_invalid(now)) c.exec("DROP INDEX IF EXISTS " + now.quoted());
      } catch (postgres::server_error &e) {
        guard.explain(e);
        throw;
      }
    }
    const std::array oid{postgres::parameter(now.oid)};
    const bool gone =
        c.query("SELECT FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid", oid).rows() == 0;
    const bool dropped = gone && is_invalid(now);
    c.exec(dropped ? "COMMIT" : "ROLLBACK");
    return dropped;
  } catch (const postgres::server_error &) {
    if (c.alive()) c.exec("ROLLBACK");
    throw;
  }
}

// As everybody else sees it.
bool leftover_index::is_invalid(const postgres::invalid_index &which) const {
  return sessions.lock()
             .query("SELECT FROM pg_catalog.pg_index WHERE NOT indisvalid AND indexrelid"
                    " OPERATOR(pg_catalog.=) $1::pg_catalog.oid",
                    std::array{postgres::parameter(which.oid)})
             .rows() == 1;
}

bool leftover_index::wait_for_another_attempt(postgres::server_error &e, const postgres::invalid_index &which,
                                              std::uint32_t n) const {
  if (e.code == error_code::connection_lost || tells_to_stop(e.code) || stop.raised()) return false;
  const std::string what = described(which) + ", could not be dropped: " + e.message;
  const bool in_the_way =
      e.sqlstate == postgres::sqlstate::lock_not_available || e.sqlstate == postgres::sqlstate::deadlock_detected;
  if (in_the_way && n <= lock_retries) {
    const auto pause = std::min(5000ms, 100ms * (1U << std::min(n - 1, 6U)));
    show.warning(what + (e.detail.empty() ? "" : " (" + e.detail + ")") + "; it is tried again in " +
                 std::to_string(pause.count()) + " ms");
    stop.wait(pause);
    return true;
  }
  e.message = what;
  e.hint += (e.hint.empty() ? "" : "; ") +
            ("drop it by hand, or go on with davit repair when nobody is in the way: " + which.drop_sql());
  return false;
}

} // namespace davit::lifecycle
