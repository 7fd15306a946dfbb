// The ledger: its version, what it says is unfinished, and whether it agrees with the files.
#include "cli/doctor/checks.hpp"

#include "ledger/lost_keys.hpp"
#include "ledger/strangers.hpp"
#include "ledger/tables.hpp"
#include "ledger/upgrade_rights.hpp"
#include "lifecycle/present.hpp"

#include <fmt/format.h>

namespace davit::cli::doctor {
namespace {

constexpr const char *name = "ledger";

void check_stopped(findings &out, const std::vector<migration::recorded> &recorded) {
  for (const auto &r : recorded) {
    if (r.state == "running")
      out.warn(name, fmt::format("{} is under way, {}: {}", r.title(), r.progress(), r.at_work),
               "wait until that has ended");
    const std::string what = fmt::format("{} {} on its way {}", r.title(), r.stop(), r.file());
    if (r.state == "partial")
      out.fail(name, what, "davit repair shows where, and the ways on", exit_code::conflict);
    else if (r.state == "resumable")
      out.warn(name, what + ", and is to go on there", fmt::format("davit {} goes on with it", r.file()));
  }
}

void check_files(findings &out, const migration::folder &folder, const std::vector<migration::recorded> &recorded) {
  for (const auto &d : migration::differences(folder, recorded)) {
    if (d.what == migration::change::file_added)
      out.warn(name, d.file + " was added after its migration was applied", "nothing, if that was meant");
    else
      out.fail(name, d.text() + " since it was applied", d.advice(), exit_code::conflict);
  }
  for (const auto &m : migration::out_of_order(folder, recorded))
    out.fail(name, m.text, "give it a version above the newest, or apply it all the same: davit up --out-of-order",
             exit_code::conflict);
}

void check_version(findings &out, postgres::connection &c, const std::string &schema, int version) {
  if (version == ledger::newest_version) return;
  if (const auto obstacle = ledger::upgrade_obstacle_of(c, schema, version))
    out.fail(name, obstacle->what + "; whoever owns its tables can, by davit up", obstacle->sql, exit_code::conflict);
  else
    out.warn(name, fmt::format("its version is {}, this davit's is {}", version, ledger::newest_version),
             "nothing: the next run upgrades it");
}

} // namespace

void check_ledger(findings &out, postgres::connection &c, const std::string &schema, const migration::folder *folder) {
  ledger::ledger ledger(c, schema);
  const auto version = ledger.version();
  if (!version) {
    if (const std::string strangers = ledger::strangers_in(c, schema); !strangers.empty())
      return out.fail(name, "it cannot be made: there is something else named " + strangers,
                      "set [ledger] schema to a schema of its own", exit_code::conflict);
    const std::string none_yet = "there is none yet: the first run creates it in schema " + schema;
    const std::string others = ledger::other_ledgers(c, schema);
    if (others.empty()) return out.ok(name, none_yet);
    out.warn(name, none_yet + "; there is one in schema " + others,
             std::string("if that is this project's: ") + ledger::name_it);
    return;
  }
  check_version(out, c, schema, *version);
  if (const auto lost = ledger::lost_keys_of(c, schema)) out.fail(name, lost->what, lost->remedy, exit_code::conflict);
  const auto now = lifecycle::present::look(c, schema, folder);
  const auto &recorded = now.migrations;
  out.ok(name, fmt::format("version {}, {} migrations recorded", *version, recorded.size()));
  check_stopped(out, recorded);
  for (const auto &one : now.called)
    out.warn(
        name, fmt::format("{} was begun on its way {}: {}", one.id.text(), one.up ? "up" : "down", one.text),
        fmt::format("see whether what they did may be done twice: davit {} begins it anew", one.up ? "up" : "down"));
  if (folder) check_files(out, *folder, recorded);
  for (const auto &r : now.open_ends) {
    std::string what = lifecycle::describe(r);
    if (!r.pid.empty()) {
      out.ok(name, what);
      continue;
    }
    for (const auto &m : r.owed) what += "; the handlers after COMMIT of " + m + " are not known to have run";
    out.warn(name, what, "the next run reports it, too; make up for the handlers by hand where they matter");
  }
}

} // namespace davit::cli::doctor
