#include "ledger/life_sign.hpp"

namespace davit::ledger {
namespace {

std::string key_sql(const std::string &id) { return "pg_catalog.hashtextextended('davit run ' || " + id + ", 0)"; }

} // namespace

std::string give_life_sign_sql(const std::string &id) { return "pg_catalog.pg_try_advisory_lock(" + key_sql(id) + ")"; }

std::string pid_by_life_sign_sql(const std::string &id) {
  return "(SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
         " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
         " AND (l.classid::bigint << 32 | l.objid::bigint) = " +
         key_sql(id) + " LIMIT 1)";
}

} // namespace davit::ledger
