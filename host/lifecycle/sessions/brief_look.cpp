#include "lifecycle/sessions/brief_look.hpp"

#include <chrono>

namespace davit::lifecycle {
namespace {

constexpr std::chrono::milliseconds longest_look{700}; // where the server does not even refuse

} // namespace

std::optional<postgres::result> ask_briefly(postgres::connection &c, std::string_view sql) try {
  if (c.transaction_status() != postgres::transaction_status::idle) return std::nullopt; // it would fail with the look
  return c.ask_within("SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '100ms'; "
                      "SET LOCAL statement_timeout = '500ms'; " +
                          std::string(sql),
                      longest_look);
} catch (const error &) {
  return std::nullopt; // a lost session is found out before the next statement
}

std::string awaited_lock_sql(const std::string &pid) {
  return "SELECT l.mode || ' on ' || coalesce(l.relation::regclass::text, l.locktype) FROM pg_locks l WHERE l.pid = " +
         pid + " AND NOT l.granted LIMIT 1";
}

} // namespace davit::lifecycle
