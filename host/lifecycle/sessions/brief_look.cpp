#include "lifecycle/sessions/brief_look.hpp"

namespace davit::lifecycle {

std::optional<postgres::result> ask_briefly(postgres::connection &c, std::string_view sql) try {
  if (c.transaction_status() != postgres::transaction_status::idle) return std::nullopt; // it would fail with the look
  return c.exec("SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '100ms'; "
                "SET LOCAL statement_timeout = '500ms'; " +
                std::string(sql));
} catch (const error &) {
  return std::nullopt; // a lost session is found out before the next statement
}

std::string awaited_lock_sql(const std::string &pid) {
  return "SELECT l.mode || ' on ' || coalesce(l.relation::regclass::text, l.locktype) FROM pg_locks l WHERE l.pid = " +
         pid + " AND NOT l.granted LIMIT 1";
}

} // namespace davit::lifecycle
