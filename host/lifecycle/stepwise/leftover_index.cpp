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
      if (wait_for_builder(which) && drop_if_invalid(which))
        show.warning(described(which) + ", was dropped");
      else
        show.warning("index " + which.quoted() + " is not INVALID any more, or gone: davit has left it alone");
      return;
    } catch (postgres::server_error &e) {
      if (!wait_for_another_attempt(e, which, attempt)) throw;
    }
  }
}

// Whether it is still there, and INVALID. A builder's lock keeps nobody from reading and writing, one that waits to
// drop an index does: so it is not waited for in the server's queue.
bool leftover_index::wait_for_builder(const postgres::invalid_index &which) const {
  for (;;) {
    stop.check();
    sessions.require_lock();
    const auto all = scope.invalid(sessions.run());
    const auto now = std::find_if(all.begin(), all.end(), [&](const auto &one) { return one.oid == which.oid; });
    if (now == all.end() || now->quoted() != which.quoted()) return false;
    if (now->perhaps_built_by == 0) return true;
    show.waiting("pid " + std::to_string(now->perhaps_built_by) + ", which may be building index " + which.quoted());
    stop.wait(100ms);
  }
}

// DROP takes the index by its name, whatever it is by then. With the locks that it then has nobody can change what it
// has dropped, and another session still sees what that was.
bool leftover_index::drop_if_invalid(const postgres::invalid_index &which) const {
  auto &c = sessions.run();
  c.exec("BEGIN");
  try {
    {
      const attended guard(sessions, stop, show);
      try {
        c.exec("DROP INDEX IF EXISTS " + which.quoted());
      } catch (postgres::server_error &e) {
        guard.explain(e);
        throw;
      }
    }
    const std::array oid{postgres::parameter(which.oid)};
    const bool gone =
        c.query("SELECT FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid", oid).rows() == 0;
    const bool invalid = sessions.lock()
                             .query("SELECT FROM pg_catalog.pg_index WHERE NOT indisvalid AND indexrelid"
                                    " OPERATOR(pg_catalog.=) $1::pg_catalog.oid",
                                    oid)
                             .rows() == 1;
    c.exec(gone && invalid ? "COMMIT" : "ROLLBACK");
    return gone && invalid;
  } catch (const postgres::server_error &) {
    if (c.alive()) c.exec("ROLLBACK");
    throw;
  }
}

bool leftover_index::wait_for_another_attempt(postgres::server_error &e, const postgres::invalid_index &which,
                                              std::uint32_t n) const {
  if (e.code == error_code::connection_lost || tells_to_stop(e.code) || stop.raised()) return false;
  const std::string what = described(which) + ", could not be dropped: " + e.message;
  if (e.sqlstate == postgres::sqlstate::lock_not_available && n <= lock_retries) {
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
