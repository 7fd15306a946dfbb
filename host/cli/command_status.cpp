// davit status
#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "lifecycle/present.hpp"
#include "postgres/invalid_indexes.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

struct line {
  migration::version id;
  std::string name, state, applied_at, applied_by, note;
  std::int64_t duration_us = 0;
  bool has_down = false, has_verify = false, in_folder = true, baselined = false;
};

std::vector<line> lines_of(const migration::folder &folder, const lifecycle::present &now) {
  const auto &ledger = now.migrations;
  std::map<std::string, line> by_version;
  for (const auto &m : folder.migrations)
    by_version.emplace(std::string(m.id.canonical()),
                       line{m.id, m.name, "pending", "", "", "", 0, !m.down.empty(), !m.verify.empty(), true});
  for (const auto &r : ledger) {
    auto [at, fresh] = by_version.try_emplace(std::string(r.id.canonical()),
                                              line{r.id, r.name, "", "", "", "", 0, false, false, false});
    if (r.state == "reverted") {
      if (fresh) by_version.erase(at); // neither here nor there
      continue;
    }
    line &l = at->second;
    l.state = r.state;
    l.applied_at = r.applied_at;
    l.applied_by = r.applied_by;
    l.duration_us = r.duration_us;
    l.baselined = r.baselined && r.state == "applied";
    if (r.state == "partial" || r.state == "resumable")
      l.note = r.stop();
    else if (r.state == "running")
      l.note = r.progress() + ": " + r.at_work;
  }
  for (const auto &d : migration::differences(folder, ledger)) {
    std::string &note = by_version.at(std::string(d.migration.id.canonical())).note;
    note += (note.empty() ? "" : "; ") + d.text();
  }
  for (const auto &m : migration::out_of_order(folder, ledger))
    by_version.at(std::string(m.files->id.canonical())).note = "out of order: " + m.text;
  for (const auto &one : now.called) {
    const auto at = by_version.find(std::string(one.id.canonical()));
    if (at == by_version.end() || (at->second.state == "pending") != one.up) continue;
    std::string &note = at->second.note;
    note += (note.empty() ? "" : "; ") + (one.up ? one.text : "of its down file " + one.text);
  }
  std::vector<line> out;
  for (auto &[unused, l] : by_version) out.push_back(std::move(l));
  std::sort(out.begin(), out.end(), [](const line &a, const line &b) { return a.id < b.id; });
  return out;
}

void print_text(terminal &t, const std::vector<line> &lines) {
  std::size_t width = 9;
  for (const auto &l : lines) width = std::max(width, l.id.text().size() + l.name.size() + 1);
  for (const auto &l : lines) {
    const std::string title = visible(l.name.empty() ? l.id.text() : l.id.text() + "_" + l.name);
    const style look = l.state == "applied"                           ? style::good
                       : l.state == "pending" || l.state == "running" ? style::warn
                                                                      : style::bad;
    std::string text =
        fmt::format("{}  {:<{}}  {}", t.on_out(look, fmt::format("{:<9}", l.baselined ? "baselined" : l.state)), title,
                    width, l.applied_at);
    if (!l.note.empty()) text += "  " + t.on_out(style::bad, printable(l.note));
    while (text.ends_with(' ')) text.pop_back();
    t.out(text);
  }
}

ordered_json to_json(const std::vector<line> &lines) {
  ordered_json all = ordered_json::array();
  for (const auto &l : lines) {
    ordered_json j{{"version", l.id.text()}, {"name", l.name},         {"state", l.state},
                   {"down", l.has_down},     {"verify", l.has_verify}, {"in_folder", l.in_folder}};
    if (l.baselined) j["baselined"] = true;
    if (!l.applied_at.empty()) {
      j["applied_at"] = l.applied_at;
      j["applied_by"] = l.applied_by;
      j["duration_ms"] = static_cast<double>(l.duration_us) / 1000;
    }
    if (!l.note.empty()) j["note"] = l.note;
    all.push_back(j);
  }
  return all;
}

} // namespace

int command_status(const options &o, terminal &t) {
  workspace w(o, t);
  auto &c = w.connect("status");
  const auto folder = migration::find_migrations(w.settings.migrations.dir);
  const auto now = lifecycle::present::look(c, w.settings.ledger.schema, &folder);
  const auto lines = lines_of(folder, now);
  auto invalid = postgres::invalid_indexes(c);
  std::erase_if(invalid, [](const auto &i) { return i.perhaps_built_by() != 0; }); // it may be about to be valid
  const auto count = [&](std::string_view state) {
    return std::count_if(lines.begin(), lines.end(), [&](const line &l) { return l.state == state; });
  };
  const auto pending = count("pending");
  for (const auto &warning : folder.warnings) t.err(t.on_err(style::warn, "warning: ") + warning);
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j.update({{"database", c.database()},
              {"environment", w.settings.environment},
              {"applied", count("applied")},
              {"pending", pending},
              {"migrations", to_json(lines)},
              {"warnings", folder.warnings}});
    j["unfinished_runs"] = ordered_json::array();
    for (const auto &r : now.open_ends)
      j["unfinished_runs"].push_back({{"id", r.id},
                                      {"command", r.command},
                                      {"started", r.started},
                                      {"under_way", !r.pid.empty()},
                                      {"owed", r.pid.empty() ? r.owed : std::vector<std::string>{}}});
    if (now.leftover) j["leftover_session"] = now.leftover->text;
    j["invalid_indexes"] = ordered_json::array();
    for (const auto &i : invalid) j["invalid_indexes"].push_back({{"index", i.quoted()}, {"fix", i.drop_sql()}});
    print_json(t, j);
  } else {
    print_text(t, lines);
    for (const auto &i : invalid) t.out(fmt::format("index {} is INVALID: {}", i.quoted(), i.drop_sql()));
    if (now.leftover)
      t.out(
          fmt::format("a session of a run that is gone is still at work: {}; the next run waits for it, or end it: {}",
                      now.leftover->text, now.leftover->how_to_end()));
    for (const auto &r : now.open_ends) {
      t.out(lifecycle::describe(r));
      if (r.pid.empty())
        for (const auto &m : r.owed)
          t.out(fmt::format("  {} is committed; its handlers after COMMIT are not known to have run", m));
    }
    t.out(fmt::format("{} applied, {} pending in database {}", count("applied"), pending, c.database()));
  }
  if (!o.exit_code) return 0;
  if (count("partial") > 0) return static_cast<int>(exit_code::conflict);
  return pending + count("resumable") + count("running") > 0 ? static_cast<int>(exit_code::pending) : 0;
}

} // namespace davit::cli
