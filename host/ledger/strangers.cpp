#include "ledger/strangers.hpp"

#include <array>

namespace davit::ledger {

std::string strangers_in(postgres::connection &session, const std::string &schema) {
  const auto r = session.query(
      "SELECT pg_catalog.string_agg(n.nspname || '.' || c.relname, ', ' ORDER BY c.relname) FROM (SELECT relname, "
      "relnamespace FROM pg_catalog.pg_class UNION SELECT typname, typnamespace FROM pg_catalog.pg_type) c " // rows'
                                                                                                             // types
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname IN "
      "('hook_call', 'migration', 'progress', 'run', 'run_migration') AND NOT EXISTS (SELECT FROM pg_catalog.pg_class "
      "l "
      "WHERE l.relnamespace = n.oid AND l.relname = 'ledger')", // another davit may just have made it
      std::array{postgres::parameter(schema)});
  return std::string(r.text(0, 0));
}

std::string other_ledgers(postgres::connection &session, const std::string &schema) {
  const auto r = session.query(
      "SELECT pg_catalog.string_agg(n.nspname, ', ' ORDER BY n.nspname) FROM pg_catalog.pg_namespace n WHERE n.nspname "
      "<> $1 AND (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND "
      "c.relname IN ('ledger', 'migration', 'run', 'run_migration', 'hook_call')) = 5",
      std::array{postgres::parameter(schema)});
  return std::string(r.text(0, 0));
}

} // namespace davit::ledger
