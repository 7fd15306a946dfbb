// davit history
#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "ledger/edited.hpp"
#include "ledger/ledger.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

std::string text_of(const ordered_json &row, const char *key) {
  return row.at(key).is_null() ? std::string() : row.at(key).get<std::string>();
}

std::string outcome_of(const std::string &recorded) { return recorded.empty() ? "not finished" : recorded; }

void print_run(terminal &t, const ordered_json &all) try {
  const auto &run = all.at("run");
  t.out(fmt::format("run {}: {} in environment '{}', {}", text_of(run, "id"), text_of(run, "command"),
                    text_of(run, "environment"), outcome_of(text_of(run, "outcome"))));
  t.out(fmt::format("  started {}, finished {}, by {} on {} as {}, davit {}", text_of(run, "started"),
                    text_of(run, "finished"), text_of(run, "os_user"), text_of(run, "host"), text_of(run, "db_user"),
                    text_of(run, "davit_version")));
  if (const auto why = text_of(run, "message"); !why.empty()) t.out("  " + printable(why));
  for (const auto &p : run.at("plugins"))
    t.out(fmt::format("  plugin {} = {} {} ({})", text_of(p, "name"), text_of(p, "id"), text_of(p, "version"),
                      text_of(p, "sha256").substr(0, 12)));
  const auto took = [](const ordered_json &row) {
    return human_time(std::chrono::microseconds(row.at("duration_us").get<std::int64_t>()));
  };
  for (const auto &m : all.at("migrations"))
    t.out(fmt::format("  {:<4} {}_{}: {} ({})", text_of(m, "direction"), text_of(m, "version"),
                      visible(text_of(m, "name")), text_of(m, "outcome"), took(m)));
  for (const auto &h : all.at("hook_calls")) {
    const auto rows = h.at("rows_affected").get<std::int64_t>();
    t.out(fmt::format("  hook {:<18} {}.{}{}: {} ({}){}{}", text_of(h, "phase"), text_of(h, "plugin"),
                      text_of(h, "handler"), h.at("migration").is_null() ? "" : " for " + text_of(h, "migration"),
                      text_of(h, "outcome"), took(h), rows ? fmt::format(", {} rows", rows) : "",
                      h.at("message").is_null() ? "" : ": " + printable(text_of(h, "message"))));
  }
  if (run.at("stats").is_object()) t.out("  stats " + run.at("stats").dump());
} catch (const nlohmann::json::exception &) { // the rest is as the server has put it together
  throw ledger::edited("run", "plugins of run " + text_of(all.at("run"), "id"));
}

} // namespace

int command_history(const options &o, terminal &t) {
  workspace w(o, t);
  auto &c = w.connect("history");
  ledger::ledger ledger(c, w.settings.ledger.schema);
  ordered_json j = json_answer(name_of(o.what));
  if (!o.argument.empty()) {
    const auto found = ledger.run_as_json(o.argument);
    if (!found) throw error(error_code::usage, "there is no run '" + o.argument + "'", "davit history lists the runs");
    const auto all = ordered_json::parse(*found);
    if (o.json) {
      j.update(all);
      print_json(t, j);
    } else {
      print_run(t, all);
    }
    return 0;
  }
  const auto runs = ledger.runs(o.limit);
  if (o.json) {
    j["runs"] = ordered_json::array();
    for (const auto &r : runs) {
      ordered_json row{{"id", r.id},
                       {"command", r.command},
                       {"environment", r.environment},
                       {"started", r.started},
                       {"migrations", r.migrations},
                       {"os_user", r.os_user},
                       {"host", r.host},
                       {"davit_version", r.davit_version}};
      row["finished"] = r.finished.empty() ? ordered_json() : ordered_json(r.finished);
      row["outcome"] = r.outcome.empty() ? ordered_json() : ordered_json(r.outcome);
      if (!r.message.empty()) row["message"] = r.message;
      j["runs"].push_back(row);
    }
    print_json(t, j);
    return 0;
  }
  for (const auto &r : runs)
    t.out(fmt::format("{}  {}  {:<8} {:<12} {:>4} migration{}  {}", r.id.substr(0, 8), r.started, r.command,
                      outcome_of(r.outcome), r.migrations, r.migrations == 1 ? " " : "s", printable(r.message)));
  if (runs.empty()) t.out("no runs yet");
  return 0;
}

} // namespace davit::cli
