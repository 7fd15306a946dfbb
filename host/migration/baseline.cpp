#include "migration/baseline.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace davit::migration {
namespace {

void refuse_unsettled(const std::vector<recorded> &ledger) {
  for (const auto &r : ledger)
    if (r.state == "partial" || r.state == "resumable")
      throw error(error_code::partly_applied,
                  r.title() + " stopped half-way: nobody can say yet whether it belongs to the baseline",
                  "davit repair shows where it stopped and the ways on");
}

void refuse_reverted(const recorded &r, const version &last) {
  if (r.state != "reverted" || r.baselined) return;
  throw error(error_code::ledger_conflict, r.title() + " was applied and reverted by davit itself",
              "davit up --to " + last.text() + " applies it again");
}

} // namespace

std::vector<migration_files> plan_baseline(const folder &files, const std::vector<recorded> &ledger,
                                           const version &last) {
  const bool known =
      std::any_of(files.migrations.begin(), files.migrations.end(), [&](const auto &m) { return m.id == last; });
  if (!known)
    throw error(error_code::migration_version, "there is no migration " + last.text(),
                "davit status lists the versions there are; a baseline ends with one of them");
  refuse_unsettled(ledger);
  refuse_differences(files, ledger);
  std::vector<migration_files> out;
  for (const auto &m : files.migrations) {
    if (last < m.id) break;
    const auto r = std::find_if(ledger.begin(), ledger.end(), [&](const auto &one) { return one.id == m.id; });
    if (r != ledger.end() && r->state == "applied") continue;
    if (r != ledger.end()) refuse_reverted(*r, last);
    out.push_back(m);
  }
  const auto newest =
      std::find_if(ledger.rbegin(), ledger.rend(), [](const recorded &r) { return r.state == "applied"; });
  if (!out.empty() && newest != ledger.rend() && last < newest->id)
    throw error(error_code::ledger_conflict,
                newest->title() + " is applied already, but " + out.front().title() + " is not",
                "a baseline is where davit's own work begins: davit baseline " + newest->id.text() +
                    " records all below it, davit up --out-of-order applies them");
  return out;
}

} // namespace davit::migration
