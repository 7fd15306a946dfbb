#include "lifecycle/runner.hpp"

#include "ledger/lost_keys.hpp"
#include "ledger/progress.hpp"
#include "ledger/strangers.hpp"
#include "ledger/tables.hpp"
#include "lifecycle/dispatcher.hpp"
#include "lifecycle/identity.hpp"
#include "lifecycle/migrate.hpp"
#include "lifecycle/present.hpp"
#include "lifecycle/rehearsal/rehearsal.hpp"
#include "lifecycle/run_writer.hpp"
#include "lifecycle/script_checks.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/supervision/end_sessions.hpp"
#include "plugin/abandon.hpp"
#include "plugin/leaving.hpp"

#include <algorithm>
#include <chrono>

namespace davit::lifecycle {

using plugin::sql_scope;

namespace {

constexpr std::string_view no_such_key = "42P10";        // that ON CONFLICT names
constexpr std::chrono::seconds patience_with_server{20}; // longer than it may take to connect

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

class runner {
public:
  runner(const config::settings &settings, const plugin::plugin_set &plugins, const request &what, run_mode mode,
         const interrupt &stop, cancel_targets &targets, observer &show)
      : settings_(settings), plugins_(plugins), request_(what), stop_(stop), show_(show), targets_(targets),
        sessions_(settings, targets, stop, show, plugins.environment()),
        ledger_(sessions_.lock(), settings.ledger.schema), writer_(sessions_, ledger_, journal_, show),
        dispatcher_(plugins, sessions_, stop, show, journal_) {
    if (mode == run_mode::dry) rehearsal_.emplace(parts());
    dispatcher_.before_next = [this](const error *why) { note_failed_call(why); };
  }

  run_outcome run();
  run_outcome go_on_without(const plugin::watch::overdue_call &late);

private:
  error end_of_run(const error &hung) const;
  run_outcome take_outcome();
  void failed(error e);
  void name_lost_keys(error &e);
  bool up() const { return std::holds_alternative<migration::up_options>(request_); }
  void fill_facts();
  void go();
  void rehearse();
  run_parts parts();
  void warn_of_other_ledgers();
  void report_open_ends();
  void propose_baseline(error &failure) const;
  void plan();
  ledger::run_record row() const;
  void rehearse_journal(bool last);
  void tell_failure();
  void note_failed_call(const error *why);
  std::string state_of_migrations() const;
  void end();
  std::string outcome_of(const error &e) const;

  const config::settings &settings_;
  const plugin::plugin_set &plugins_;
  const request &request_;
  const interrupt &stop_;
  observer &show_;
  cancel_targets &targets_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  sessions sessions_;
  migration::script_cache scripts_;
  journal journal_;
  ledger::ledger ledger_;
  run_writer writer_;
  dispatcher dispatcher_;
  run_outcome out_;
  bool has_ledger_ = false; // the run lock is held and the tables are there
  bool is_first_ = false;   // nothing was ever applied
  bool ending_ = false;     // success or failure is told
  unfinished *under_way_ = nullptr;
  std::vector<called_before> called_;
  std::optional<rehearsal> rehearsal_; // instead of the migrations themselves
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
  facts.dry = rehearsal_.has_value();
  dispatcher_.info.insert_or_assign("server.version", std::int64_t{sessions_.lock().server_version()});
  dispatcher_.info.insert_or_assign("run.done", std::int64_t{0});
}

run_outcome runner::run() {
  fill_facts();
  try {
    rehearsal_ ? rehearse() : go();
    out_.outcome = out_.planned.empty() || (rehearsal_ && out_.done == 0) ? "nothing_to_do"
                   : up()                                                 ? "applied"
                                                                          : "reverted";
  } catch (error &e) {
    name_lost_keys(e);
    failed(std::move(e));
    propose_baseline(*out_.failure);
  } catch (const std::exception &e) {
    failed(as_error(e));
  }
  end();
  return take_outcome();
}

// The server names no table then; a statement of a file has a place, and one of a handler its plugin.
void runner::name_lost_keys(error &e) {
  if (e.sqlstate != no_such_key || !e.where.file.empty() || !e.plugin.empty()) return;
  try {
    auto &c = sessions_.witness();
    if (c.transaction_status() != postgres::transaction_status::idle) return;
    const auto lost = ledger::lost_keys_of(c, settings_.ledger.schema);
    if (!lost) return;
    e.code = error_code::ledger_conflict;
    e.detail = e.message;
    e.message = lost->what;
    e.hint = lost->remedy;
  } catch (const error &problem) {
    e.hint = "it could not be looked up whether davit's own tables have lost their keys: " + problem.message;
  }
}

void runner::failed(error e) {
  // Where the run was told to stop it failed because it was cancelled; of a migration's end that was asked at once,
  // before handlers were told of it.
  const bool decided = tells_to_stop(e.code) || !e.state.empty();
  out_.failure = stop_.raised() && !decided ? stop_.as_error() : std::move(e);
  dispatcher_.scrub(*out_.failure);
  out_.outcome = outcome_of(*out_.failure);
}

run_outcome runner::take_outcome() {
  out_.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
  return out_;
}

// What ended the run, where a handler that `hung` did.
error runner::end_of_run(const error &hung) const {
  if (!stop_.raised()) return hung;
  error stopped = stop_.as_error();
  stopped.detail =
      "plugin '" + hung.plugin + "', handler '" + hung.handler + "' at " + hung.phase + ": " + hung.message;
  stopped.hint = hung.hint;
  return stopped;
}

run_outcome runner::go_on_without(const plugin::watch::overdue_call &late) {
  plugin::abandon(late);
  const auto inside = [&late] { return plugin::inside_host(late); };
  const std::string why_not =
      end_sessions([this] { return sessions_.open_to_end_them(); }, targets_, inside, patience_with_server);
  error hung(
      error_code::hook_abandoned, "it " + plugin::describe(late),
      "mend the plugin, or take it out of davit.toml: a handler should ask cancelled() now and then, and return");
  hung.plugin = late.plugin;
  hung.handler = late.handler;
  hung.phase = late.phase;
  error why = end_of_run(hung);
  dispatcher_.tell_failed_before(why);
  if (inside()) { // what it uses cannot be used here
    why.state = "davit's sessions could not be ended (" + why_not +
                "): the server rolls back what was not committed once it notices that davit is gone; the ledger "
                "does not know of this";
    throw error(std::move(why));
  }
  if (!why_not.empty()) show_.warning("davit's sessions could not be ended: " + why_not);
  sessions_.abandon(why_not.empty());
  dispatcher_.give_up(hung);
  try {
    if (!ending_ && under_way_) under_way_->end_without(std::move(why), why_not.empty());
    if (!ending_) failed(std::move(why));
  } catch (error &e) {
    failed(std::move(e));
  }
  end();
  return take_outcome();
}

void runner::go() {
  dispatcher_.fire("startup", sql_scope::own_transaction);
  sessions_.take_run_lock();
  warn_of_other_ledgers();
  ledger_.ensure();
  has_ledger_ = true;
  if (ledger_.left_unsettled()) {
    sessions_.wait_for_session_in_progress();
    ledger::progress(sessions_.lock(), settings_.ledger.schema).settle();
    report_open_ends();
  }
  dispatcher_.fire("pre_validate", sql_scope::own_transaction);
  plan();
  if (!out_.planned.empty()) writer_.begin(row());
  dispatcher_.fire("validated", sql_scope::own_transaction);
  const run_parts all = parts();
  std::size_t number = 0;
  for (const auto &step : out_.planned) {
    stop_.check();
    migrate(all, step, {++number, out_.planned.size()});
    writer_.write_calls();
  }
  if (out_.done > 0) dispatcher_.fire("post_complete", sql_scope::own_transaction);
}

// The same in one transaction. It may last, so the lock comes first: what handlers at startup lock would be in the way
// of the run that is waited for.
void runner::rehearse() {
  sessions_.take_run_lock();
  warn_of_other_ledgers();
  const bool reads_ledger = ledger_.version() == ledger::newest_version;
  if (reads_ledger) sessions_.wait_for_session_in_progress();
  rehearsal_->begin();
  rehearsal_->fire("startup");
  rehearsal_->make_ledger();
  if (reads_ledger) report_open_ends();
  rehearsal_->fire("pre_validate");
  plan();
  if (!out_.planned.empty()) rehearsal_->record(row());
  rehearsal_->fire("validated");
  rehearsal_->migrate(out_.planned, [this](bool last) { rehearse_journal(last); });
  if (out_.done > 0) rehearsal_->fire("post_complete");
}

run_parts runner::parts() {
  return {settings_,
          sessions_,
          dispatcher_,
          ledger_,
          stop_,
          show_,
          scripts_,
          [this](const migration::version &id) { journal_.paid(id); },
          [this] {
            ++out_.done;
            dispatcher_.info.insert_or_assign("run.done", static_cast<std::int64_t>(out_.done));
          },
          under_way_,
          called_};
}

// Where the very first migration finds its objects there, the schema may be older than davit's part in it.
void runner::propose_baseline(error &failure) const {
  if (!is_first_ || out_.done > 0 || !failure.plugin.empty() || !postgres::sqlstate::is_duplicate(failure.sqlstate))
    return;
  failure.hint += std::string(failure.hint.empty() ? "" : "; ") +
                  "if this database had its schema before davit came: davit baseline VERSION records the migrations up "
                  "to VERSION as applied without running them";
}

// Where this project's first run may not be its first at all.
void runner::warn_of_other_ledgers() {
  if (ledger_.version()) return;
  if (const std::string others = ledger::other_ledgers(sessions_.lock(), settings_.ledger.schema); !others.empty())
    show_.warning("a new ledger begins in schema " + settings_.ledger.schema + ", and there is one in schema " +
                  others + ": if that is this project's, " + ledger::name_it);
}

// The run lock is held: a run without an end is dead.
void runner::report_open_ends() {
  const auto open = ledger_.open_ends();
  for (const auto &r : open) {
    std::string text = describe(r);
    for (const auto &m : r.owed)
      text += "; " + m + " is committed, but its handlers after COMMIT are not known to have run";
    show_.warning(text);
  }
  if (!open.empty()) rehearsal_ ? rehearsal_->settle_open_ends() : ledger_.settle_open_ends();
}

void runner::plan() {
  const migration::folder folder = migration::find_migrations(settings_.migrations.dir);
  for (const auto &w : folder.warnings) show_.warning(w);
  // A dry run has settled nothing.
  const auto recorded = rehearsal_ ? ledger_.read() : ledger_.read_settled();
  is_first_ =
      std::all_of(recorded.begin(), recorded.end(), [](const auto &r) { return r.state == "reverted"; }) && up();
  out_.planned = steps_for(request_, folder, recorded);
  if (const auto version = ledger_.version(); version && !out_.planned.empty())
    called_ = called_before_in(sessions_.lock(), settings_.ledger.schema, *version);
  const bool standard_strings = sessions_.lock().began_with_standard_strings();
  if (!standard_strings) {
    show_.warning("standard_conforming_strings is off for this role or database, and on in davit's sessions: functions "
                  "and triggers that migrations call run with it on");
  }
  check_scripts(scripts_, out_.planned, standard_strings);
  if (!out_.planned.empty()) sessions_.outlive_lock();
  dispatcher_.info.insert_or_assign("run.pending", static_cast<std::int64_t>(out_.planned.size()));
}

ledger::run_record runner::row() const {
  const auto &f = dispatcher_.run;
  const machine_identity here = identify_machine();
  return {f.id,          f.command,
          f.environment, here.host,
          here.user,     here.davit_version,
          f.hint,        f.hint_owner,
          f.hint_token,  describe_plugins(plugins_),
          f.started_us};
}

// What the ledger refuses of it ends a run before the next migration; behind the last one it is no more than told.
void runner::rehearse_journal(bool last) {
  if (journal_.empty()) return;
  try {
    rehearsal_->record(out_.run, journal_);
  } catch (const error &e) {
    if (e.code == error_code::connection_lost) throw;
    if (!last) throw error(of_journal(e));
    show_.warning(of_journal(e).message);
  }
  journal_.sent();
  journal_.written();
}

std::string runner::outcome_of(const error &e) const {
  switch (e.code) {
  case error_code::hook_veto: return "vetoed";
  case error_code::hook_deadline:
  case error_code::run_deadline: return "deadline";
  case error_code::hook_abandoned: return "abandoned";
  case error_code::interrupted:
  case error_code::terminated: return "interrupted";
  default: return "failed";
  }
}

// Before handlers are told, which may end davit.
void runner::tell_failure() {
  if (tells_to_stop(out_.failure->code)) return;
  plugin::decide_failure(*out_.failure);
  if (!stop_.raised()) writer_.note_failure(out_.outcome, out_.failure->message);
}

void runner::note_failed_call(const error *why) {
  if (stop_.raised()) return;
  if (why) {
    error scrubbed = *why;
    dispatcher_.scrub(scrubbed);
    writer_.note_failure(outcome_of(scrubbed), scrubbed.message);
  }
  writer_.note_calls();
}

// How far the run came, where its failure does not say what state things are in.
std::string runner::state_of_migrations() const {
  const std::string what = up() ? "applied" : "reverted";
  if (out_.done == 0) return "no migration was " + what;
  if (out_.done == out_.planned.size()) return "all migrations are " + what;
  return "the first " + std::to_string(out_.done) + " of " + std::to_string(out_.planned.size()) + " migrations are " +
         what + ", the others were not started";
}

// Goes on where it was when a handler in it did not return.
void runner::end() {
  ending_ = true;
  sessions_.work_is_over();
  dispatcher_.info.insert_or_assign("run.outcome", out_.outcome);
  if (out_.failure && rehearsal_)
    out_.failure->state = state_after_rehearsal(out_.failure->code, rehearsal_->report());
  else if (out_.failure && out_.failure->state.empty())
    out_.failure->state = state_of_migrations();
  if (out_.failure) tell_failure();
  const error *failure = out_.failure ? &*out_.failure : nullptr;
  const auto last = failure ? plugin::phase("failure") : plugin::phase("success");
  if (rehearsal_)
    rehearsal_->fire(last, nullptr, failure);
  else
    dispatcher_.fire(last, sessions_.usable() ? sql_scope::own_transaction : sql_scope::none, nullptr, failure);
  if (rehearsal_) {
    rehearsal_->end();
    out_.rehearsed = rehearsal_->report();
  }
  out_.stats_json = dispatcher_.stats.to_json();
  if (!has_ledger_) return;
  // A run that had nothing to do leaves no row, unless something went wrong in it.
  writer_.end({out_.outcome, failure ? failure->message : "", out_.stats_json},
              failure && !writer_.begun() ? std::optional(row()) : std::nullopt);
}

run::run(const config::settings &settings, const plugin::plugin_set &plugins, const request &what, run_mode mode,
         const interrupt &stop, cancel_targets &targets, observer &show)
    : runner_(std::make_unique<runner>(settings, plugins, what, mode, stop, targets, show)) {}
run::~run() = default;

run_outcome run::go() { return runner_->run(); }
run_outcome run::go_on_without(const plugin::watch::overdue_call &late) { return runner_->go_on_without(late); }

} // namespace davit::lifecycle
