#include "base/error.hpp"
#include "base/nearest.hpp"
#include "cli/completion.hpp"
#include "cli/exit_codes.hpp"
#include "cli/explain.hpp"
#include "cli/option_tree.hpp"
#include "cli/option_values.hpp"
#include "cli/options.hpp"

#include <algorithm>
#include <map>
#include <span>

#include <CLI/CLI.hpp>

namespace davit::cli {
namespace {

// CLI11's own check tells of a range that ends with 309 digits.
std::string from_one_on(const std::string &text) {
  const bool good = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos &&
                    text.find_first_not_of('0') != std::string::npos;
  return good ? std::string() : "'" + text + "' is no number from 1 on";
}

// CLI11 takes strings to be always valid.
template <class T>
CLI::Option *optional_option(CLI::App *app, const std::string &name, std::optional<T> &into, const std::string &help,
                             const std::string &type) {
  return app
      ->add_option_function<T>(
          name, [&into](const T &v) { into = v; }, help)
      ->type_name(type);
}

class parser {
public:
  parser();
  parsed parse(int argc, char **argv);
  command_node tree() const { return node_of(app_); }

private:
  command_node node_of(const CLI::App &app) const;
  option_node node_of(const CLI::Option &option) const;
  void check_repair() const;
  std::string mistyped_command() const;
  CLI::App *add(CLI::App &to, command c, const std::string &name, const std::string &help);
  void add_run_options(CLI::App *app);
  void add_run_commands();
  void add_reading_commands();
  void add_project_commands();
  void add_plugin_commands();

  CLI::App app_{"davit applies SQL migrations to PostgreSQL and calls compiled hooks at every phase", "davit"};
  options out_;
  std::map<const CLI::Option *, std::vector<std::string>> choices_; // of arguments with a fixed set
};

parser::parser() {
  app_.set_version_flag("--version", "davit " DAVIT_VERSION);
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.footer(exit_code_table());
  app_.add_option("-c,--config", out_.config, "davit.toml to use (default: here, or in a folder above)")
      ->type_name("FILE");
  optional_option(&app_, "-e,--environment", out_.environment, "environment, in place of davit.toml's", "NAME");
  app_.add_flag("--ephemeral", out_.ephemeral, "on a private PostgreSQL server that is removed at exit");
  app_.add_flag("--json", out_.json, "one JSON object on standard output");
  app_.add_flag("--no-color", out_.no_color, "no colour (also NO_COLOR, TERM=dumb)");
  app_.add_flag("-q,--quiet", out_.quiet, "only results and errors");
  app_.add_flag("-v,--verbose", out_.verbose, "each phase and handler as it fires, and the stats");
  add_run_commands();
  add_reading_commands();
  add_project_commands();
  add_plugin_commands();
}

CLI::App *parser::add(CLI::App &to, command c, const std::string &name, const std::string &help) {
  CLI::App *sub = to.add_subcommand(name, help);
  sub->fallthrough();
  sub->callback([this, c] { out_.what = c; });
  return sub;
}

void parser::add_run_options(CLI::App *app) {
  app->add_flag("--dry-run", out_.dry_run, "do everything, hooks included, in one transaction, then roll it back");
  optional_option(app, "--deadline", out_.deadline, "stop the run after so long, exit code 124; \"0\": never", "30m");
  optional_option(app, "--hooks-hint", out_.hint, "free text that every hook sees", "TEXT");
  optional_option(app, "--hooks-hint-owner", out_.hint_owner, "the same: who is responsible", "TEXT");
  optional_option(app, "--hooks-hint-token", out_.hint_token, "the same: a token to report back with", "TEXT");
}

void parser::add_run_commands() {
  CLI::App *up = add(app_, command::up, "up", "apply pending migrations");
  optional_option(up, "--to", out_.to, "the last version to apply", "VERSION");
  optional_option(up, "--steps", out_.steps, "apply at most so many", "N")->check(from_one_on);
  up->add_flag("--out-of-order", out_.out_of_order, "apply also what is older than the newest applied");
  add_run_options(up);

  CLI::App *down =
      add(app_, command::down, "down", "revert applied migrations, newest first (one, unless told otherwise)");
  auto *to = down->add_option_function<std::string>(
                     "--to", [this](const std::string &v) { out_.to = v; }, "the last version to keep; 0 reverts all")
                 ->type_name("VERSION");
  down->add_option_function<std::uint32_t>(
          "--steps", [this](const std::uint32_t &v) { out_.steps = v; }, "revert so many")
      ->type_name("N")
      ->check(from_one_on)
      ->excludes(to);
  add_run_options(down);

  add(app_, command::baseline, "baseline", "record migrations as applied that are in the database already")
      ->add_option("VERSION", out_.argument, "the last one that is")
      ->required();

  CLI::App *repair =
      add(app_, command::repair, "repair", "what stopped half-way, and the ways on; with an option: go one of them");
  repair->add_option("VERSION", out_.argument, "the migration that stopped half-way");
  auto *resume =
      repair->add_flag("--resume", out_.resume, "the next up goes on after the statements that are in the database");
  optional_option(repair, "--after", out_.after,
                  "with --resume: after statement N of the file, where you have seen that it is the last one done", "N")
      ->needs(resume);
  auto *applied = repair->add_flag("--applied", out_.mark_applied, "it is applied: you have completed it by hand")
                      ->excludes(resume);
  repair->add_flag("--reverted", out_.mark_reverted, "it is not applied: you have undone it by hand")
      ->excludes(resume)
      ->excludes(applied);
  repair->add_flag("--accept-files", out_.accept_files, "take the files of applied migrations as they are now");
}

void parser::add_reading_commands() {
  CLI::App *status = add(app_, command::status, "status", "which migrations are applied, which are pending");
  status->add_flag("--exit-code", out_.exit_code,
                   "leave with 8 if migrations are pending, with 6 if one stopped half-way");

  CLI::App *plan = add(app_, command::plan, "plan", "what up would do: statements and hooks in order; changes nothing");
  optional_option(plan, "--to", out_.to, "as with up", "VERSION");
  optional_option(plan, "--steps", out_.steps, "as with up", "N")->check(from_one_on);
  plan->add_flag("--out-of-order", out_.out_of_order, "as with up");
  plan->add_flag("--down", out_.down, "what down would do");

  CLI::App *verify = add(app_, command::verify, "verify", "hold the files of applied migrations against the ledger");
  verify->add_flag("--run-sql", out_.run_sql, "run their verify files too, each in a transaction that is rolled back");

  CLI::App *history =
      add(app_, command::history, "history", "the runs, or one of them with its migrations, hooks and stats");
  history->add_option("RUN", out_.argument, "id of a run, or its beginning");
  history->add_option("--limit", out_.limit, "show at most so many runs")->type_name("N")->check(from_one_on);

  add(app_, command::doctor, "doctor", "check configuration, files, plugins, server, rights, ledger and locks");
  add(app_, command::phases, "phases", "the phases at which hooks are called");
  CLI::Option *code = add(app_, command::explain, "explain", "what an error or exit code means, and what to do")
                          ->add_option("CODE", out_.argument, "as in JSON errors, or an exit code; none lists all");
  for (const auto &e : explanations()) choices_[code].emplace_back(e.code);
  CLI::Option *shell = add(app_, command::completion, "completion", "a script that lets the shell complete commands")
                           ->add_option("SHELL", out_.argument, "bash, zsh or fish")
                           ->required();
  choices_[shell] = completion_shells();
  shell->check(CLI::IsMember(completion_shells()));
}

void parser::add_project_commands() {
  add(app_, command::init, "init", "write davit.toml and migrations/")
      ->add_option("DIR", out_.argument, "where (default: here)");
  CLI::App *create = add(app_, command::create, "new", "write the files of a new migration");
  create->add_option("NAME", out_.argument, "what it does: add_email_to_users")->required();
  auto *timestamp = create->add_flag("--timestamp", out_.timestamp, "version from the time, not the next number");
  create->add_flag("--sequential", out_.sequential, "version is the next number")->excludes(timestamp);
  create->add_flag("--no-down", out_.no_down, "without a down file");
  create->add_flag("--verify", out_.verify_file, "with a verify file");
}

void parser::add_plugin_commands() {
  CLI::App *plugin = app_.add_subcommand("plugin", "the plugins of davit.toml");
  plugin->require_subcommand(1);
  plugin->fallthrough();
  add(*plugin, command::plugin_list, "list", "what is loaded, from where, with which rights, bound to which phases");
  add(*plugin, command::plugin_inspect, "inspect", "one library, whether davit.toml has it or not")
      ->add_option("FILE", out_.argument, "path of the library")
      ->required();
}

void parser::check_repair() const {
  const bool one = out_.resume || out_.mark_applied || out_.mark_reverted;
  if ((one && out_.argument.empty()) || (out_.accept_files && (one || !out_.argument.empty())))
    throw CLI::ValidationError("repair",
                               "give VERSION with --resume, --applied or --reverted, or --accept-files alone");
}

// What is wrong with the word in a command's place; empty if it is not that.
std::string parser::mistyped_command() const {
  const CLI::App *at = &app_;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::vector<std::string> names;
  for (const auto *command : at->get_subcommands({})) names.push_back(command->get_name());
  const auto rest = app_.remaining(true);
  const auto word = std::find_if(rest.begin(), rest.end(), [](const auto &r) { return !r.starts_with('-'); });
  if (names.empty() || word == rest.end()) return {};
  return "there is no command '" + (at == &app_ ? "" : at->get_name() + " ") + *word +
         "': " + did_you_mean(*word, std::vector<std::string_view>(names.begin(), names.end())) + "\n";
}

option_node parser::node_of(const CLI::Option &option) const {
  option_node out;
  for (const auto &name : option.get_snames()) out.names.push_back("-" + name);
  for (const auto &name : option.get_lnames()) out.names.push_back("--" + name);
  out.help = option.get_description();
  const std::string type = option.get_positional() ? option.get_name(true) : option.get_type_name();
  if (const auto at = choices_.find(&option); at != choices_.end()) {
    out.value = value_kind::choice;
    out.choices = at->second;
  } else if (option.get_items_expected_max() > 0) {
    out.value = type == "FILE" ? value_kind::file : type == "DIR" ? value_kind::folder : value_kind::text;
  }
  return out;
}

command_node parser::node_of(const CLI::App &app) const {
  command_node out{app.get_name(), app.get_description(), {}, {}, {}};
  for (const auto *option : app.get_options())
    (option->get_positional() ? out.arguments : out.options).push_back(node_of(*option));
  for (const auto *sub : app.get_subcommands({})) out.commands.push_back(node_of(*sub));
  return out;
}

parsed parser::parse(int argc, char **argv) {
  const std::span<const char *const> words(argv, static_cast<std::size_t>(argc));
  if (const auto wrong = wrong_value(tree(), words.subspan(std::min<std::size_t>(1, words.size()))); !wrong.empty())
    return {std::nullopt, wrong + "\n", static_cast<int>(exit_code::usage)};
  try {
    app_.parse(argc, argv);
    if (out_.what == command::repair) check_repair();
    return {out_, {}, 0};
  } catch (const CLI::ParseError &e) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app_.exit(e, out, err);
    if (code == 0) return {std::nullopt, out.str(), 0};
    const std::string mistyped = mistyped_command();
    return {std::nullopt, mistyped.empty() ? err.str() : mistyped, static_cast<int>(exit_code::usage)};
  }
}

} // namespace

std::string_view name_of(command c) {
  switch (c) {
  case command::init: return "init";
  case command::create: return "new";
  case command::status: return "status";
  case command::plan: return "plan";
  case command::up: return "up";
  case command::down: return "down";
  case command::verify: return "verify";
  case command::baseline: return "baseline";
  case command::repair: return "repair";
  case command::history: return "history";
  case command::phases: return "phases";
  case command::plugin_list: return "plugin list";
  case command::plugin_inspect: return "plugin inspect";
  case command::doctor: return "doctor";
  case command::explain: return "explain";
  case command::completion: return "completion";
  }
  return "";
}

parsed parse_arguments(int argc, char **argv) { return parser().parse(argc, argv); }
command_node option_tree() { return parser().tree(); }

} // namespace davit::cli
