// davit baseline
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "lifecycle/ledger_change.hpp"
#include "migration/baseline.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

ledger::migration_event event_of(const migration::migration_files &m,
                                 const std::vector<migration::recorded> &recorded) {
  const auto at = std::find_if(recorded.begin(), recorded.end(), [&](const auto &r) { return r.id == m.id; });
  const std::string before = at == recorded.end() ? std::string() : at->state;
  return {m.id, m.name, true, before, "applied", "baselined", migration::checksums_of(m), 0, 0, {}, false, {}, true};
}

// A baseline never shrinks: whoever gives a lower version than before may expect it to.
std::string remark(const std::vector<migration::recorded> &recorded, const migration::version &last) {
  std::string above;
  for (const auto &r : recorded)
    if (r.state == "applied" && r.baselined && last < r.id) above += (above.empty() ? "" : ", ") + r.title();
  if (above.empty()) return {};
  return "recorded by an earlier baseline, and still so: " + above +
         " (davit repair VERSION --reverted takes one of them back)";
}

} // namespace

int command_baseline(const options &o, terminal &t) {
  const migration::version last(o.argument);
  workspace w(o, t);
  w.start_server();
  progress show(t, detail_level::normal, w.services().secrets);
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  for (const auto &warning : folder.warnings) show.warning(warning);
  lifecycle::ledger_change change(w.settings, show);
  const auto recorded = change.ledger().read();
  const auto missing = migration::plan_baseline(folder, recorded, last);
  std::string run;
  if (!missing.empty())
    run = change.record(std::string(name_of(o.what)), "baselined", "", [&](const std::string &id) {
      for (const auto &m : missing) change.ledger().add_event_in(change.session(), id, event_of(m, recorded));
    });
  const std::string note = remark(recorded, last);
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["run"] = run.empty() ? ordered_json() : ordered_json(run);
    j["baselined"] = ordered_json::array();
    for (const auto &m : missing) j["baselined"].push_back({{"version", m.id.text()}, {"name", m.name}});
    if (!note.empty()) j["note"] = note;
    j["warnings"] = folder.warnings;
    print_json(t, j);
    return 0;
  }
  if (!o.quiet)
    for (const auto &m : missing) t.err(fmt::format("{} {}", t.on_err(style::good, "baselined"), m.title()));
  if (!note.empty()) t.err(note);
  t.out(missing.empty() ? "nothing to do: every migration up to " + last.text() + " is recorded as applied"
                        : fmt::format("{} migration{} recorded as applied, nothing was run (run {})", missing.size(),
                                      missing.size() == 1 ? "" : "s", run));
  return 0;
}

} // namespace davit::cli
