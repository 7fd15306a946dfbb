#include "cli/workspace.hpp"

#include "cli/last_steps.hpp"
#include "cli/report.hpp"
#include "config/duration.hpp"
#include "plugin/crash_reporter.hpp"
#include "postgres/cancel_at_stop.hpp"

#include <utility>

#include <fmt/format.h>

namespace davit::cli {
namespace {

namespace fs = std::filesystem;

std::chrono::milliseconds deadline_of(const std::string &text) {
  try {
    return config::parse_duration(text);
  } catch (const error &e) {
    throw error(error_code::usage, "--deadline " + e.message, e.hint);
  }
}

config::settings read_settings(const options &o) {
  fs::path file = o.config;
  std::error_code why;
  const fs::path here = fs::current_path(why);
  if (why)
    throw error(error_code::config_unreadable, "the working folder cannot be told: " + why.message(),
                "it may have been removed: change to one that exists");
  if (file.empty()) file = config::find(here);
  if (file.empty())
    throw error(error_code::config_unreadable, "there is no davit.toml in " + here.string() + " or above",
                "create one with davit init, or name one with --config");
  if (o.environment)
    ::setenv("DAVIT_ENVIRONMENT", o.environment->c_str(),
             1); // the flag wins over the environment, as that does over the file
  config::settings s = config::load(file);
  if (o.ephemeral) s.database.url = "ephemeral:";
  if (o.hint) s.run.hint = *o.hint;
  if (o.hint_owner) s.run.hint_owner = *o.hint_owner;
  if (o.hint_token) s.run.hint_token = *o.hint_token;
  if (o.deadline) s.run.deadline = deadline_of(*o.deadline);
  return s;
}

} // namespace

workspace::workspace(const options &o, terminal &t) : opts(o), term(t), settings(read_settings(o)) {
  const auto line = [&t](int level, std::string_view instance, std::string_view text) {
    const auto mark = level >= DAVIT_LOG_ERROR  ? t.on_err(style::bad, " error:")
                      : level == DAVIT_LOG_WARN ? t.on_err(style::warn, " warning:")
                                                : std::string(":");
    return fmt::format("  {}{} {}", instance, mark, printable(text));
  };
  services_.log = [&t, line, quiet = o.quiet](int level, std::string_view instance, std::string_view text) {
    if (level == DAVIT_LOG_DEBUG || (quiet && level < DAVIT_LOG_WARN)) return;
    t.err(line(level, instance, text));
  };
  services_.last_word = [&t, line](int level, std::string_view instance, std::string_view text) {
    t.err_if_read(line(level, instance, text));
  };
}

void workspace::start_server(const std::function<void()> &while_waiting) {
  if (settings.database.url != "ephemeral:" || server_) return;
  server_ = std::make_unique<postgres::private_server>(postgres::private_server_options{{}, {}, while_waiting});
  settings.database.url = server_->url();
  discards_it_.emplace([this] { discard_server(); });
}

int workspace::answered(int status) {
  postgres::cancel_at_stop::over(); // what plugins are at from here on is the crash reporter's affair
  return plugin::decide_status(delivered(status, term));
}

void workspace::discard_server() noexcept {
  if (server_) server_->discard();
}

postgres::connection &workspace::connect(const char *purpose) {
  start_server();
  wait_.reset();
  if (services_.process) services_.process->environment().put_back();
  plugin::note_connection();
  session_.emplace(postgres::connect_options{settings.database.url, std::string("davit ") + purpose});
  session_->exec(lifecycle::ledger_session_sql());
  wait_ = watch(*session_, purpose);
  return *session_;
}

std::unique_ptr<lifecycle::ledger_wait> workspace::watch(postgres::connection &c, const char *purpose) {
  const auto open = [this, name = std::string("davit ") + purpose] {
    return postgres::connection({settings.database.url, name});
  };
  return std::make_unique<lifecycle::ledger_wait>(c, open, [this](const std::string &what) { term.waiting(what); });
}

const plugin::plugin_set &workspace::plugins(const plugin::plugin_set::refusal &tell) {
  if (std::exchange(loads_plugins_, true)) return plugins_;
  term.keep_output_from_plugins();
  plugins_.load(settings, services_, tell);
  return plugins_;
}

int in_workspace(const options &o, terminal &t, const std::function<int(workspace &)> &body) {
  workspace w(o, t);
  return in_workspace(w, [&] { return body(w); });
}

int in_workspace(workspace &w, const std::function<int()> &body) {
  try {
    return w.answered(body());
  } catch (const std::exception &e) {
    if (plugin::decided_status()) throw; // it is told already
    return w.answered(refuse(w.term, w.opts, as_error(e)));
  }
}

} // namespace davit::cli
