#include "ledger/edited.hpp"

#include "base/error.hpp"

#include <charconv>

namespace davit::ledger {

error edited(const std::string &table, const std::string &what) {
  return {error_code::ledger_conflict, "the ledger's table " + table + " has " + what + ", which no davit has written",
          "put the row right, or restore it from a backup: nothing is done while davit cannot tell what is applied"};
}

migration::version read_id(const std::string &table, std::string text) {
  try {
    return migration::version(text);
  } catch (const error &) {
    throw edited(table, "a row of version '" + text + "'");
  }
}

std::uint32_t read_count(const std::string &table, std::string_view text) {
  std::uint32_t n = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, n).ptr != end)
    throw edited(table, "a row with " + std::string(text) + " statements done or begun");
  return n;
}

void require_known_state(const std::string &table, const migration::recorded &r) {
  for (const char *known : {"applied", "reverted", "partial", "resumable"})
    if (r.state == known) return;
  throw edited(table, "migration " + r.id.text() + " in state '" + r.state + "'");
}

} // namespace davit::ledger
