// davit up, davit down
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/rehearsal_answer.hpp"
#include "cli/report.hpp"
#include "cli/requests.hpp"
#include "cli/workspace.hpp"
#include "lifecycle/supervision/supervisor.hpp"
#include "plugin/leaving.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

// Without a look at all other keys for each one, as ordered_json's own operators do.
void add_as_last(ordered_json &object, const std::string &key, ordered_json content) {
  object.get_ref<ordered_json::object_t &>().emplace_back(key, std::move(content));
}

ordered_json entries_of(const nlohmann::json &from) {
  ordered_json out = ordered_json::object();
  for (const auto &[key, entry] : from.items())
    add_as_last(out, key, {{"value", entry["value"]}, {"by", entry["by"]}, {"phase", entry["phase"]}});
  return out;
}

ordered_json stats_of(const std::string &stats_json) {
  const auto stats = nlohmann::json::parse(stats_json);
  ordered_json migrations = ordered_json::object();
  for (const auto &[version, entries] : stats["migrations"].items())
    add_as_last(migrations, version, entries_of(entries));
  return {{"run", entries_of(stats["run"])}, {"migrations", std::move(migrations)}};
}

ordered_json answer_for(const options &o, const lifecycle::run_outcome &out, const progress &seen) {
  ordered_json j = out.failure ? json_failure(name_of(o.what), *out.failure) : json_answer(name_of(o.what));
  j["run"] = out.run;
  j["outcome"] = out.outcome;
  j["dry_run"] = out.rehearsed.has_value();
  j["planned"] = out.planned.size();
  j["done"] = out.done;
  j["duration_ms"] = static_cast<double>(out.duration.count()) / 1000;
  j["migrations"] = ordered_json::array();
  for (const auto &m : seen.migrations()) {
    ordered_json row{{"version", m.id.text()},
                     {"name", m.name},
                     {"direction", m.up ? "up" : "down"},
                     {"outcome", m.outcome},
                     {"duration_ms", static_cast<double>(m.duration_us) / 1000}};
    if (!m.message.empty()) row["message"] = m.message;
    j["migrations"].push_back(row);
  }
  j["hooks"] = ordered_json::array();
  for (const auto &h : seen.hooks()) {
    ordered_json row{{"phase", h.phase},
                     {"plugin", h.plugin},
                     {"handler", h.handler},
                     {"outcome", h.outcome},
                     {"rows_affected", h.rows_affected},
                     {"duration_ms", static_cast<double>(h.duration_us) / 1000}};
    if (!h.migration.empty()) row["migration"] = h.migration;
    if (!h.message.empty()) row["message"] = h.message;
    j["hooks"].push_back(row);
  }
  j["stats"] = stats_of(out.stats_json);
  j["without_part"] = ordered_json::array();
  for (const auto &p : seen.without_part()) j["without_part"].push_back({{"plugin", p.plugin}, {"why", p.why}});
  j["warnings"] = seen.warnings();
  if (out.rehearsed) add_rehearsal(j, out);
  return j;
}

void print_stats(terminal &t, const std::string &stats_json) {
  const auto stats = nlohmann::json::parse(stats_json);
  const auto print = [&t](const std::string &scope, const nlohmann::json &entries) {
    for (const auto &[key, entry] : entries.items())
      t.out(fmt::format("stat {}{} = {} (by {} at {})", scope, key, entry["value"].dump(),
                        entry["by"].get<std::string>(), entry["phase"].get<std::string>()));
  };
  print("", stats["run"]);
  for (const auto &[version, entries] : stats["migrations"].items()) print(version + "/", entries);
}

void print_summary(terminal &t, const options &o, const lifecycle::run_outcome &out) {
  const bool up = o.what == command::up;
  const std::string verb = up ? "applied" : "reverted";
  if (o.verbose) print_stats(t, out.stats_json);
  if (out.rehearsed && !out.planned.empty()) return print_rehearsal(t, out, verb);
  if (out.outcome == "nothing_to_do")
    t.out(!up    ? "nothing to do: no migration to revert"
          : o.to ? fmt::format("nothing to do: every migration up to {} is applied", *o.to)
                 : "nothing to do: every migration is applied");
  else
    t.out(fmt::format("{} of {} migration{} {} in {} (run {})", out.done, out.planned.size(),
                      out.planned.size() == 1 ? "" : "s", verb, human_time(out.duration), out.run));
}

int report(const options &o, terminal &t, const lifecycle::run_outcome &out, const progress &seen) {
  if (!o.json) plugin::about_to_answer(out.failure ? exit_status(*out.failure) : static_cast<int>(exit_code::ok));
  if (o.json)
    print_json(t, answer_for(o, out, seen));
  else if (!out.failure || out.done > 0 || (out.rehearsed && !out.planned.empty()))
    print_summary(t, o, out);
  if (!out.failure) return static_cast<int>(exit_code::ok);
  print_error(t, *out.failure);
  return exit_status(*out.failure);
}

// For what a run that was stopped has left. A dry run has left nothing.
std::string way_on(const options &o) {
  if (o.dry_run) return {};
  return o.what == command::up ? "davit up goes on with what is pending"
                               : "davit down --to VERSION goes on; davit up would apply again what is reverted";
}

// A thread is left behind in a plugin: no destructor may run, and nothing may be thrown from here.
[[noreturn]] void leave(workspace &w, const std::function<int()> &last_words) noexcept {
  error why(error_code::bug, "the end of the run could not be told");
  try {
    w.answered(last_words());
  } catch (const std::exception &e) {
    why.message += std::string(": ") + e.what();
    w.term.err("error: " + why.message);
  }
  plugin::leave(why);
}

} // namespace

int command_run(const options &o, terminal &t) {
  const lifecycle::blocked_signals signals(lifecycle::blocked_signals::afterwards::ignored);
  return in_workspace(o, t, [&](workspace &w) {
    const auto &plugins = w.plugins();
    w.start_server([&signals] { signals.check(); });
    signals.check();
    const lifecycle::request what = o.what == command::up ? up_request(o) : down_request(o);
    progress show(t,
                  o.quiet     ? detail_level::quiet
                  : o.verbose ? detail_level::verbose
                              : detail_level::normal,
                  w.services().secrets, o.dry_run);
    for (const auto &p : plugins.without_part()) show.takes_no_part(p);
    lifecycle::interrupt stop(w.settings.run.deadline, way_on(o));
    lifecycle::cancel_targets targets;
    lifecycle::threshold begin;
    std::optional<lifecycle::run> run;
    lifecycle::run_outcome out;
    const auto end = lifecycle::supervise(
        {stop, targets, w.services().supervision, [&t](std::string_view line) { t.err_if_read(line); },
         w.settings.run.grace, [&](const auto &late) { out = run->go_on_without(late); }, begin},
        signals, [&] {
          run.emplace(w.settings, plugins, what, o.dry_run ? lifecycle::run_mode::dry : lifecycle::run_mode::real, stop,
                      targets, show);
          if (!begin.cross()) return;
          out = run->go();
          run.reset();
        });
    // Said before plugins are destroyed, which may end the process.
    const auto last_words = [&] {
      try {
        if (end.failure) std::rethrow_exception(end.failure);
        return report(o, t, out, show);
      } catch (const error &e) {
        return refuse(t, o, e);
      }
    };
    if (end.abandoned) leave(w, last_words);
    return last_words();
  });
}

} // namespace davit::cli
