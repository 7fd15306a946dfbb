// davit repair
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/repair_explanation.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "lifecycle/ledger_change.hpp"
#include "lifecycle/present.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using lifecycle::ledger_change;
using nlohmann::ordered_json;

const migration::recorded &find(const std::vector<migration::recorded> &all, const migration::version &id) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto &r) { return r.id == id; });
  if (at == all.end())
    throw error(error_code::migration_version, "the ledger has no migration " + id.text(),
                "davit status lists what it has");
  return *at;
}

const migration::migration_files *find(const migration::folder &folder, const migration::version &id) {
  const auto at =
      std::find_if(folder.migrations.begin(), folder.migrations.end(), [&](const auto &m) { return m.id == id; });
  return at == folder.migrations.end() ? nullptr : &*at;
}

// What the ledger's state calls for, of all migrations or of the one that was asked for.
struct findings {
  std::vector<stopped_migration> stopped;
  std::vector<migration::recorded> under_way;
  std::vector<migration::difference> changed;
  std::vector<lifecycle::called_before> called;
};

findings look(const options &o, workspace &w) {
  auto &c = w.connect("repair");
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  auto now = lifecycle::present::look(c, w.settings.ledger.schema, &folder);
  auto &recorded = now.migrations;
  findings out;
  if (o.argument.empty()) {
    out.called = std::move(now.called);
    for (const auto &d : migration::differences(folder, recorded))
      if (d.what != migration::change::file_added && !migration::is_stopped(d.migration)) out.changed.push_back(d);
  } else {
    recorded = {find(recorded, migration::version(o.argument))};
  }
  std::copy_if(recorded.begin(), recorded.end(), std::back_inserter(out.under_way),
               [](const auto &r) { return r.state == "running"; });
  out.stopped = find_stopped(folder, recorded, c, w.settings.ledger.schema);
  return out;
}

int explain(const options &o, terminal &t, workspace &w) {
  const findings found = look(o, w);
  const auto exit = found.stopped.empty() && found.changed.empty() ? exit_code::ok : exit_code::conflict;
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["ok"] = exit == exit_code::ok;
    j["exit_code"] = static_cast<int>(exit);
    j["stopped"] = ordered_json::array();
    for (const auto &m : found.stopped) j["stopped"].push_back(to_json(m));
    j["under_way"] = ordered_json::array();
    for (const auto &r : found.under_way)
      j["under_way"].push_back({{"version", r.id.text()}, {"statements_done", r.statements_done}, {"by", r.at_work}});
    j["called_before"] = ordered_json::array();
    for (const auto &one : found.called)
      j["called_before"].push_back(
          {{"version", one.id.text()}, {"direction", one.up ? "up" : "down"}, {"text", one.text}});
    j["changed_files"] = ordered_json::array();
    for (const auto &d : found.changed) j["changed_files"].push_back(d.file);
    print_json(t, j);
    return static_cast<int>(exit);
  }
  for (const auto &m : found.stopped) print(t, m);
  for (const auto &r : found.under_way)
    t.out(fmt::format("{} is under way, {}: {}", t.on_out(style::bold, r.title()), r.progress(), r.at_work));
  for (const auto &d : found.changed) t.out(fmt::format("{} since it was applied: {}", d.text(), d.advice()));
  for (const auto &one : found.called)
    t.out(fmt::format("{}: davit {} begins it anew; {}", t.on_out(style::bold, one.id.text()), one.up ? "up" : "down",
                      one.text));
  if (exit == exit_code::ok) t.out("nothing to repair");
  return static_cast<int>(exit);
}

struct repaired {
  std::string message, run;
};

void require_within(const stopped_migration &m, std::uint32_t after) {
  if (after <= m.at.statements) return;
  throw error(error_code::usage, fmt::format("--after {}: the file has {} statements", after, m.at.statements),
              "davit repair shows how many of them are in the database");
}

repaired resume(ledger_change &change, const stopped_migration &m, const migration::migration_files &files,
                const std::optional<std::uint32_t> &after, progress &show) {
  require_same_beginning(m.at);
  const auto &r = m.at.migration;
  if (after) require_within(m, *after);
  for (const auto &text : m.about_leftovers()) show.warning(text);
  for (const auto &text : m.notes) show.warning(text);
  const std::uint32_t behind = after.value_or(r.statements_done);
  if (behind < r.statements_done)
    show.warning(fmt::format("the ledger has the first {} statements as done: those after statement {} will run again",
                             r.statements_done, behind));
  std::string message =
      behind == 0 ? fmt::format("the next davit {} begins {} anew", r.file(), r.id.text())
                  : fmt::format("the next davit {} goes on with {} after statement {}", r.file(), r.id.text(), behind);
  if (m.at.file_changed) message += ", with its file as it is now";
  const auto run = change.record("repair", "repaired", message, [&](const std::string &id) {
    change.ledger().set_state(r.id, "resumable");
    if (after)
      change.ledger().set_stop(r.id, *after, migration::checksum_of_first(migration::read_script(m.at.file), *after));
    change.ledger().set_checksums(r.id, migration::checksums_of(files));
    change.ledger().add_remark(id, r, "to be resumed", message);
  });
  return {message, run};
}

// What was done by hand; the files are what they are now.
repaired settle(ledger_change &change, const migration::recorded &r, const migration::migration_files *files,
                const std::string &state) {
  const std::string message = r.id.text() + " is recorded as " + state;
  const auto run = change.record("repair", "repaired", message, [&](const std::string &id) {
    change.ledger().set_state(r.id, state);
    if (files && state == "applied") change.ledger().set_checksums(r.id, migration::checksums_of(*files));
    change.ledger().add_remark(id, r, "marked as " + state, r.state + " before");
  });
  return {message, run};
}

repaired repair_one(const options &o, const workspace &w, ledger_change &change, progress &show) {
  const migration::version id(o.argument);
  const auto recorded = change.ledger().read();
  const auto &r = find(recorded, id);
  const bool takes_baseline_back = r.baselined && r.state == "applied" && o.mark_reverted;
  if (!migration::is_stopped(r) && !takes_baseline_back)
    throw error(error_code::ledger_conflict,
                fmt::format("migration {} is {}: there is nothing to repair", id.text(), r.state),
                "davit status shows which one stopped half-way");
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  const auto *files = find(folder, id);
  if (!o.resume) return settle(change, r, files, o.mark_applied ? "applied" : "reverted");
  const auto stopped = find_stopped(folder, {r}, change.session(), w.settings.ledger.schema);
  require_same_beginning(stopped.front().at); // there are files, then
  return resume(change, stopped.front(), *files, o.after, show);
}

repaired accept_files(const workspace &w, ledger_change &change) {
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  std::vector<std::pair<migration::recorded, const migration::migration_files *>> changed;
  std::size_t count = 0;
  std::string gone;
  for (const auto &d : migration::differences(folder, change.ledger().read())) {
    const auto *m = find(folder, d.migration.id);
    ++count;
    if (!m)
      gone += (gone.empty() ? "" : ", ") + d.file;
    else if (changed.empty() || changed.back().first.id != d.migration.id)
      changed.emplace_back(d.migration, m);
    if (m && migration::is_stopped(d.migration)) require_same_beginning(find_stopping_point(folder, d.migration));
  }
  if (!gone.empty())
    throw error(error_code::checksum_changed, "files of applied migrations are gone altogether: " + gone,
                "bring them back: a migration without files cannot be accepted");
  const std::string message =
      count == 1 ? "1 file accepted as it is" : fmt::format("{} files accepted as they are", count);
  if (changed.empty()) return {message, {}};
  const auto run = change.record("repair", "repaired", message, [&](const std::string &id) {
    for (const auto &[r, m] : changed) {
      change.ledger().set_checksums(r.id, migration::checksums_of(*m));
      change.ledger().add_remark(id, r, "files accepted", {});
    }
  });
  return {message, run};
}

} // namespace

int command_repair(const options &o, terminal &t) {
  workspace w(o, t);
  if (!o.resume && !o.mark_applied && !o.mark_reverted && !o.accept_files) return explain(o, t, w);
  w.start_server();
  progress show(t, detail_level::normal, w.services().secrets);
  ledger_change change(w.settings, show);
  const repaired done = o.accept_files ? accept_files(w, change) : repair_one(o, w, change, show);
  if (o.json) {
    auto j = json_answer(name_of(o.what));
    j["message"] = done.message;
    j["run"] = done.run.empty() ? ordered_json() : ordered_json(done.run);
    j["warnings"] = show.warnings();
    print_json(t, j);
  } else {
    t.out(done.message + (done.run.empty() ? "" : " (run " + done.run + ")"));
  }
  return 0;
}

} // namespace davit::cli
