// davit verify
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/sessions/home.hpp"
#include "lifecycle/verify_script.hpp"
#include "migration/backslashes.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(migration::change c) {
  switch (c) {
  case migration::change::file_changed: return "changed";
  case migration::change::file_removed: return "removed";
  case migration::change::file_added: return "added";
  }
  return "";
}

struct failed_check {
  std::string migration;
  error why;
};

// The verify files of applied migrations, each in a transaction that is rolled back. In a session as those of a run
// are, whatever RESET leads back to included, and where `first` has read the ledger.
std::vector<failed_check> run_all(workspace &w, postgres::connection &first, const migration::folder &folder,
                                  const std::vector<migration::recorded> &ledger) {
  std::vector<failed_check> failed;
  lifecycle::home home(nullptr);
  home.begin_with(first);
  postgres::connect_options options{{}, "davit verify"};
  options.lock_timeout = w.settings.database.lock_timeout;
  options.statement_timeout = w.settings.database.statement_timeout;
  auto c = home.open(std::move(options), &first);
  const auto wait = w.watch(c, "verify");
  for (const auto &m : folder.migrations) {
    const bool applied =
        std::any_of(ledger.begin(), ledger.end(), [&](const auto &r) { return r.id == m.id && r.state == "applied"; });
    if (!applied || m.verify.empty()) continue;
    try {
      const auto script = migration::read_script(m.verify);
      if (!first.began_with_standard_strings()) require_same_without_standard_strings(script);
      lifecycle::run_verify_script(c, script, false);
    } catch (const error &e) {
      failed.push_back({m.title(), e});
      if (!c.alive()) throw;
      c.exec("ROLLBACK; " + std::string(c.reset_sql()));
    }
  }
  return failed;
}

} // namespace

int command_verify(const options &o, terminal &t) {
  workspace w(o, t);
  auto &c = w.connect("verify");
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  const auto recorded = ledger::ledger(c, w.settings.ledger.schema).read();
  const auto differences = migration::differences(folder, recorded);
  const auto failed = o.run_sql ? run_all(w, c, folder, recorded) : std::vector<failed_check>{};
  const auto applied =
      std::count_if(recorded.begin(), recorded.end(), [](const auto &r) { return r.state == "applied"; });
  // A down or verify file that came later changes nothing of what was applied.
  const auto added = std::count_if(differences.begin(), differences.end(),
                                   [](const auto &d) { return d.what == migration::change::file_added; });
  const auto differ = static_cast<std::ptrdiff_t>(differences.size()) - added;
  const auto exit = differ > 0 ? exit_code::conflict : failed.empty() ? exit_code::ok : exit_code::failed;
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["ok"] = exit == exit_code::ok;
    j["exit_code"] = static_cast<int>(exit);
    j["applied"] = applied;
    j["differences"] = ordered_json::array();
    for (const auto &d : differences)
      j["differences"].push_back({{"version", d.migration.id.text()}, {"file", d.file}, {"what", name_of(d.what)}});
    if (o.run_sql) {
      j["failed_checks"] = ordered_json::array();
      for (const auto &f : failed)
        j["failed_checks"].push_back({{"migration", f.migration}, {"error", to_json(f.why)}});
    }
    print_json(t, j);
    return static_cast<int>(exit);
  }
  for (const auto &d : differences)
    t.out(fmt::format("{}  {}",
                      t.on_out(d.what == migration::change::file_added ? style::warn : style::bad,
                               fmt::format("{:<7}", name_of(d.what))),
                      d.file));
  for (const auto &f : failed) print_error(t, f.why);
  t.out(fmt::format("{} applied migration{}: {} file{} differ{}{}{}", applied, applied == 1 ? "" : "s", differ,
                    differ == 1 ? "" : "s", differ == 1 ? "s" : "",
                    added > 0 ? fmt::format(", {} {} added since", added, added == 1 ? "was" : "were") : "",
                    o.run_sql ? fmt::format(", {} check{} failed", failed.size(), failed.size() == 1 ? "" : "s") : ""));
  return static_cast<int>(exit);
}

} // namespace davit::cli
