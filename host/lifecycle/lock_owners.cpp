#include "lifecycle/lock_owners.hpp"

#include "lifecycle/lock_key.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::lifecycle {
namespace {

constexpr std::string_view query =
    "SELECT l.key = $1::bigint, a.pid, COALESCE(a.usename, '?'), COALESCE(a.application_name, ''),"
    " COALESCE(host(a.client_addr), 'local'),"
    " COALESCE(to_char(COALESCE(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS'), '?'),"
    " COALESCE(regexp_replace(regexp_replace(a.query, '\\s+', ' ', 'g'), '^(.{80}).+$', '\\1...'), ''),"
    " COALESCE(to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
    " FROM (SELECT pid, classid::bigint << 32 | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory'"
    "       AND granted AND objsubid = 1 AND mode = 'ExclusiveLock'"
    "       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) l"
    " JOIN pg_stat_activity a USING (pid) WHERE l.key IN ($1::bigint, $2::bigint)";

} // namespace

std::string lock_owner::end_sql() const { return fmt::format("SELECT pg_terminate_backend({});", pid); }

lock_owners owners_of_locks(postgres::connection &c, const std::string &schema) {
  const std::string run = std::to_string(lock_key(run_lock, schema));
  const std::string work = std::to_string(lock_key(work_lock, schema));
  const auto r = c.query(query, std::array{postgres::parameter(run), postgres::parameter(work)});
  lock_owners out;
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    (r.text(i, 0) == "t" ? out.run : out.work) =
        lock_owner{text(1),
                   fmt::format("pid {} (user {}, '{}', from {}, since {}: {})", text(1), text(2), text(3), text(4),
                               text(5), text(6)),
                   text(7)};
  }
  return out;
}

} // namespace davit::lifecycle
