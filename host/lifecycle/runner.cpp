#include "lifecycle/runner.hpp"

#include "lifecycle/dispatcher.hpp"
#include "lifecycle/identity.hpp"
#include "lifecycle/migrate.hpp"
#include "lifecycle/sessions.hpp"

#include <algorithm>
#include <chrono>

namespace davit::lifecycle {
namespace {

using plugin::sql_scope;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class runner {
public:
  runner(const config::settings &settings, const plugin::plugin_set &plugins, const request &what,
         const interrupt &stop, cancel_targets &targets, observer &show)
      : settings_(settings), plugins_(plugins), request_(what), stop_(stop), show_(show),
        sessions_(settings, targets, stop, show), ledger_(sessions_.lock(), settings.ledger.schema),
        dispatcher_(plugins, sessions_, stop, show, journal_) {}

  run_outcome run();

private:
  bool up() const { return std::holds_alternative<migration::up_options>(request_); }
  void fill_facts();
  void go();
  void report_open_ends();
  void propose_baseline(error &failure) const;
  void plan();
  void record();
  void write_journal();
  void end();
  std::string outcome_of(const error &e) const;

  const config::settings &settings_;
  const plugin::plugin_set &plugins_;
  const request &request_;
  const interrupt &stop_;
  observer &show_;
  sessions sessions_;
  journal journal_;
  ledger::ledger ledger_;
  dispatcher dispatcher_;
  run_outcome out_;
  bool has_ledger_ = false; // the run lock is held and the tables are there
  bool recorded_ = false;   // the run has its row
  bool is_first_ = false;   // nothing was ever applied
};

void runner::fill_facts() {
  auto &facts = dispatcher_.run;
  facts.id = out_.run = new_uuid();
  facts.command = up() ? "up" : "down";
  facts.environment = settings_.environment;
  facts.database = sessions_.lock().database();
  facts.host = sessions_.lock().host();
  facts.user = sessions_.lock().user();
  facts.hint = settings_.run.hint;
  facts.hint_owner = settings_.run.hint_owner;
  facts.hint_token = settings_.run.hint_token;
  facts.started_us = now_us();
  dispatcher_.info.insert_or_assign("server.version", std::int64_t{sessions_.lock().server_version()});
  dispatcher_.info.insert_or_assign("run.done", std::int64_t{0});
}

run_outcome runner::run() {
  const auto begin = std::chrono::steady_clock::now();
  fill_facts();
  try {
    go();
    out_.outcome = out_.planned.empty() ? "nothing_to_do" : up() ? "applied" : "reverted";
  } catch (error &e) {
    // It failed because it was cancelled.
    out_.failure = stop_.raised() && !tells_to_stop(e.code) ? stop_.as_error() : std::move(e);
    out_.outcome = outcome_of(*out_.failure);
    propose_baseline(*out_.failure);
  } catch (const std::exception &e) {
    out_.outcome = "failed";
    out_.failure = error(error_code::bug, std::string("unexpected: ") + e.what(),
                         "please report it, with the command and davit.toml");
  }
  end();
  out_.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  return std::move(out_);
}

void runner::go() {
  dispatcher_.fire("startup", sql_scope::own_transaction);
  sessions_.take_run_lock();
  ledger_.ensure();
  has_ledger_ = true;
  report_open_ends();
  dispatcher_.fire("pre_validate", sql_scope::own_transaction);
  plan();
  if (!out_.planned.empty()) record();
  dispatcher_.fire("validated", sql_scope::own_transaction);
  const run_parts parts{settings_, sessions_, dispatcher_, ledger_, stop_, show_, [this] {
                          ++out_.done;
                          dispatcher_.info.insert_or_assign("run.done", static_cast<std::int64_t>(out_.done));
                        }};
  std::size_t number = 0;
  for (const auto &step : out_.planned) {
    stop_.check();
    migrate(parts, step, ++number, out_.planned.size());
    write_journal();
  }
  if (out_.done > 0) dispatcher_.fire("post_complete", sql_scope::own_transaction);
}

// Where the very first migration finds its objects there, the schema may be older than davit's part in it.
void runner::propose_baseline(error &failure) const {
  if (!is_first_ || out_.done > 0 || !failure.plugin.empty() || !postgres::sqlstate::is_duplicate(failure.sqlstate))
    return;
  failure.hint += std::string(failure.hint.empty() ? "" : "; ") +
                  "if this database had its schema before davit came: davit baseline VERSION records the migrations up "
                  "to VERSION as applied without running them";
}

// The run lock is held: a run without an end is dead.
void runner::report_open_ends() {
  const auto open = ledger_.open_ends();
  for (const auto &r : open) {
    std::string text = "run " + r.id + " (" + r.command + ", begun " + r.started + ")";
    text += r.finished ? " was stopped" : " ended without a word: it was killed, or crashed";
    for (const auto &m : r.owed)
      text += "; " + m + " is committed, but its handlers after COMMIT are not known to have run";
    show_.warning(text);
  }
  if (!open.empty()) ledger_.settle_open_ends();
}

void runner::plan() {
  const migration::folder folder = migration::find_migrations(settings_.migrations.dir);
  for (const auto &w : folder.warnings) show_.warning(w);
  const auto recorded = ledger_.read();
  is_first_ =
      std::all_of(recorded.begin(), recorded.end(), [](const auto &r) { return r.state == "reverted"; }) && up();
  out_.planned = steps_for(request_, folder, recorded);
  // What can be refused is refused before anything runs.
  for (const auto &s : out_.planned) {
    migration::read_script(s.up ? s.files.up : s.files.down);
    if (s.up && !s.files.verify.empty()) migration::read_script(s.files.verify);
  }
  dispatcher_.info.insert_or_assign("run.pending", static_cast<std::int64_t>(out_.planned.size()));
}

void runner::record() {
  const auto &f = dispatcher_.run;
  const machine_identity here = identify_machine();
  ledger_.start_run({f.id, f.command, f.environment, here.host, here.user, here.davit_version, f.hint, f.hint_owner,
                     f.hint_token, describe_plugins(plugins_), f.started_us});
  recorded_ = true;
}

void runner::write_journal() {
  if (!recorded_ || journal_.pending().empty()) return;
  ledger_.add_hook_calls(out_.run, journal_.pending());
  journal_.written();
}

std::string runner::outcome_of(const error &e) const {
  switch (e.code) {
  case error_code::hook_veto: return "vetoed";
  case error_code::hook_deadline:
  case error_code::run_deadline: return "deadline";
  case error_code::interrupted:
  case error_code::terminated: return "interrupted";
  default: return "failed";
  }
}

void runner::end() {
  dispatcher_.info.insert_or_assign("run.outcome", out_.outcome);
  if (out_.failure && out_.failure->state.empty()) {
    if (out_.done == 0)
      out_.failure->state = std::string("no migration was ") + (up() ? "applied" : "reverted");
    else if (out_.done == out_.planned.size())
      out_.failure->state = std::string("all migrations are ") + (up() ? "applied" : "reverted");
  }
  const error *failure = out_.failure ? &*out_.failure : nullptr;
  dispatcher_.fire(failure ? "failure" : "success", sessions_.usable() ? sql_scope::own_transaction : sql_scope::none,
                   nullptr, failure);
  dispatcher_.settle();
  out_.stats_json = dispatcher_.stats.to_json();
  if (!has_ledger_) return;
  try {
    ledger_.use(sessions_.witness());
    // A run that had nothing to do leaves no row, unless something went wrong in it.
    if (!recorded_ && out_.failure) record();
    write_journal();
    if (recorded_) ledger_.finish_run(out_.run, {out_.outcome, failure ? failure->message : "", out_.stats_json});
  } catch (const error &e) {
    show_.warning("the end of the run could not be recorded in the ledger: " + e.message);
  }
}

} // namespace

std::vector<migration::step> steps_for(const request &what, const migration::folder &folder,
                                       const std::vector<migration::recorded> &ledger) {
  if (const auto *up = std::get_if<migration::up_options>(&what)) return migration::plan_up(folder, ledger, *up);
  return migration::plan_down(folder, ledger, std::get<migration::down_options>(what));
}

run_outcome run(const config::settings &settings, const plugin::plugin_set &plugins, const request &what,
                const interrupt &stop, cancel_targets &targets, observer &show) {
  return runner(settings, plugins, what, stop, targets, show).run();
}

} // namespace davit::lifecycle
