#include "lifecycle/stepwise/earlier_handlers.hpp"

#include "plugin/phases.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace davit::lifecycle {

std::vector<std::string> about_earlier_handlers(ledger::earlier_attempts &earlier) {
  std::vector<std::string> out;
  std::string list;
  for (const auto &w : earlier.writers()) {
    const auto *phase = plugin::find_phase(w.phase);
    if (!phase || phase->connection != plugin::phase_connection::TX) continue;
    list += fmt::format("{}{}.{} at {}", list.empty() ? "" : ", ", w.plugin, w.handler, w.phase);
    if (w.rows_affected > 0) list += fmt::format(" ({} row{})", w.rows_affected, w.rows_affected == 1 ? "" : "s");
  }
  if (!list.empty()) out.push_back("what handlers did in it stays, and they will be called again: " + list);
  const auto [perhaps, known] = earlier.perhaps_written();
  if (!perhaps.empty() || !known)
    out.push_back("which handlers have written something before davit ended is not known" +
                  (perhaps.empty() ? std::string() : ", of " + perhaps) + ": they will be called again");
  return out;
}

std::vector<called_before> called_before_in(postgres::connection &c, const std::string &schema, int version) {
  std::vector<called_before> out;
  for (const auto &one : ledger::earlier_attempts::called_in(c, schema, version)) {
    ledger::earlier_attempts earlier(c, schema, version, one);
    std::string text;
    for (const auto &said : about_earlier_handlers(earlier)) text += (text.empty() ? "" : "; ") + said;
    if (!text.empty()) out.push_back({one.id, one.up, "none of its statements is done, but " + text});
  }
  return out;
}

bool called_before::will_be_begun(const std::vector<migration::recorded> &recorded,
                                  const migration::folder *folder) const {
  const auto is_it = [this](const auto &m) { return m.id == id; };
  const auto now = std::find_if(recorded.begin(), recorded.end(), is_it);
  if (up ? now != recorded.end() && now->state != "reverted" : now == recorded.end() || now->state != "applied")
    return false;
  if (!folder) return true;
  const auto files = std::find_if(folder->migrations.begin(), folder->migrations.end(), is_it);
  return files != folder->migrations.end() && !(up ? files->up : files->down).empty();
}

const called_before *find_called_before(const std::vector<called_before> &all, const migration::step &s) {
  if (s.goes_on()) return nullptr;
  const auto at =
      std::find_if(all.begin(), all.end(), [&s](const auto &one) { return one.id == s.files.id && one.up == s.up; });
  return at == all.end() ? nullptr : &*at;
}

} // namespace davit::lifecycle
