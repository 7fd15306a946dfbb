// davit repair
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/sessions.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

std::string repair_partial(const options &o, ledger::ledger &ledger) {
  const migration::version id(o.argument);
  const auto recorded = ledger.read();
  const auto at = std::find_if(recorded.begin(), recorded.end(), [&](const auto &r) { return r.id == id; });
  if (at == recorded.end())
    throw error(error_code::migration_version, "the ledger has no migration " + id.text(),
                "davit status lists what it has");
  if (at->state != "partial" && at->state != "resumable")
    throw error(error_code::ledger_conflict,
                fmt::format("migration {} is {}: there is nothing to repair", id.text(), at->state),
                "davit status shows which one stopped half-way");
  const std::string state = o.resume ? "resumable" : o.mark_applied ? "applied" : "reverted";
  ledger.set_state(id, state);
  if (o.resume)
    return fmt::format("the next davit {} goes on with {} after statement {}", at->up ? "up" : "down", id.text(),
                       at->statements_done);
  return fmt::format("{} is recorded as {}", id.text(), state);
}

std::string accept_files(const workspace &w, ledger::ledger &ledger) {
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  std::vector<migration::migration_files> changed;
  std::string gone;
  for (const auto &d : migration::differences(folder, ledger.read())) {
    const auto m = std::find_if(folder.migrations.begin(), folder.migrations.end(),
                                [&](const auto &f) { return f.id == d.migration.id; });
    if (m == folder.migrations.end()) {
      gone += (gone.empty() ? "" : ", ") + d.file;
      continue;
    }
    changed.push_back(*m);
  }
  if (!gone.empty())
    throw error(error_code::checksum_changed, "files of applied migrations are gone altogether: " + gone,
                "bring them back: a migration without files cannot be accepted");
  for (const auto &m : changed) ledger.set_checksums(m.id, migration::checksums_of(m));
  return changed.size() == 1 ? "1 file accepted as it is"
                             : fmt::format("{} files accepted as they are", changed.size());
}

} // namespace

int command_repair(const options &o, terminal &t) {
  workspace w(o, t);
  w.start_server();
  lifecycle::interrupt never; // signals end repair as they end any command
  lifecycle::cancel_targets targets;
  progress show(t, detail_level::normal, w.services().secrets);
  lifecycle::sessions sessions(w.settings, targets, never, show);
  sessions.take_run_lock(); // no run may be under way
  ledger::ledger ledger(sessions.lock(), w.settings.ledger.schema);
  const std::string done = o.accept_files ? accept_files(w, ledger) : repair_partial(o, ledger);
  if (o.json) {
    auto j = json_answer(name_of(o.what));
    j["message"] = done;
    print_json(t, j);
  } else {
    t.out(done);
  }
  return 0;
}

} // namespace davit::cli
