#include "support/older_ledger.hpp"

#include <array>

namespace davit::test {
namespace {

// What takes version 2 away, then 3, and so on.
constexpr std::array undo{
    "ALTER TABLE davit.migration DROP COLUMN done_checksum",
    "ALTER TABLE davit.migration DROP COLUMN statements_begun; DROP TABLE davit.progress",
    "ALTER TABLE davit.migration DROP COLUMN begun_checksum",
    "ALTER TABLE davit.migration DROP COLUMN session_settings, DROP COLUMN session_after",
    "ALTER TABLE davit.progress DROP COLUMN place, DROP COLUMN written_in",
    "ALTER TABLE davit.migration DROP COLUMN begun_failed; ALTER TABLE davit.progress DROP COLUMN begun_failed",
    "ALTER TABLE davit.progress DROP COLUMN session_pid, DROP COLUMN session_begun",
    "ALTER TABLE davit.progress DROP COLUMN session_settings, DROP COLUMN session_after",
    "ALTER TABLE davit.progress DROP COLUMN handlers; ALTER TABLE davit.run_migration DROP COLUMN handlers",
    "ALTER TABLE davit.progress DROP COLUMN begun_as; ALTER TABLE davit.migration DROP COLUMN begun_as",
};

} // namespace

int newest_ledger_version() { return static_cast<int>(undo.size()) + 1; }

int ledger_version(const project &p) { return std::stoi(p.database().sql("SELECT version FROM davit.ledger")); }

void make_ledger_older(const project &p, int version) {
  std::string sql;
  for (int v = newest_ledger_version(); v > version; --v)
    sql += std::string(undo.at(static_cast<std::size_t>(v - 2))) + "; ";
  p.database().sql(sql + "UPDATE davit.ledger SET version = " + std::to_string(version));
}

} // namespace davit::test
