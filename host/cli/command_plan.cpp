// davit plan
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/requests.hpp"
#include "cli/shortened.hpp"
#include "cli/workspace.hpp"
#include "ledger/strangers.hpp"
#include "ledger/tables.hpp"
#include "ledger/upgrade_rights.hpp"
#include "lifecycle/present.hpp"
#include "lifecycle/script_checks.hpp"
#include "plugin/phases.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

// What happens in a migration, in order; "" stands for its statements, "verify" for the verify file's.
constexpr std::string_view up_order[] = {
    "pre_execute",      "before_validation", "before_ddl",  "", "after_ddl", "verify",
    "after_validation", "cleanup",           "post_execute"};
constexpr std::string_view down_order[] = {
    "pre_rollback",     "before_validation", "before_ddl",   "", "after_ddl", "verify",
    "after_validation", "cleanup",           "post_rollback"};
constexpr std::string_view before_all[] = {"startup", "pre_validate", "validated"};
constexpr std::string_view after_all[] = {"post_complete", "success", "failure"};

std::string describe(const plugin::binding &b) {
  std::string text = fmt::format("{}.{}", b.owner->name(), b.what->name);
  if (b.id != text) text += fmt::format(" (id {})", b.id);
  text += fmt::format(", on failure {}", config::name_of(b.on_failure));
  text += b.deadline.count() ? fmt::format(", deadline {} ms", b.deadline.count()) : ", no deadline";
  if (b.priority) text += fmt::format(", priority {}", b.priority);
  return text;
}

ordered_json to_json(const plugin::binding &b) {
  return {{"phase", b.phase},
          {"id", b.id},
          {"plugin", b.owner->name()},
          {"handler", b.what->name},
          {"priority", b.priority},
          {"deadline_ms", b.deadline.count()},
          {"on_failure", config::name_of(b.on_failure)},
          {"args", ordered_json::parse(b.args_json)}};
}

class planner {
public:
  planner(terminal &t, const plugin::plugin_set &plugins, const std::vector<migration::step> &steps,
          const std::vector<lifecycle::called_before> &called, bool standard_strings)
      : t_(t), plugins_(plugins), steps_(steps), called_(called), standard_strings_(standard_strings) {}

  void print_text();
  ordered_json run_hooks(std::span<const std::string_view> phases);
  ordered_json migrations();

private:
  void print_hooks(std::string_view phase, const char *indent);
  void print_step(const migration::step &s);
  ordered_json step_json(const migration::step &s);
  std::string called_before(const migration::step &s) const;
  migration::script script_of(const migration::step &s) const;
  migration::script verify_script_of(const migration::step &s) const;

  terminal &t_;
  const plugin::plugin_set &plugins_;
  const std::vector<migration::step> &steps_;
  const std::vector<lifecycle::called_before> &called_;
  const bool standard_strings_;
};

std::span<const std::string_view> order_of(const migration::step &s) {
  return s.up ? std::span<const std::string_view>(up_order) : std::span<const std::string_view>(down_order);
}

ordered_json statements_json(const migration::script &s) {
  ordered_json all = ordered_json::array();
  for (const auto &st : s.statements) all.push_back({{"line", st.line}, {"column", st.column}, {"sql", st.text}});
  return all;
}

void planner::print_hooks(std::string_view phase, const char *indent) {
  for (const auto *b : plugins_.at(*plugin::find_phase(phase)))
    t_.out(fmt::format("{}{} {}", indent, t_.on_out(style::dim, fmt::format("[{}]", phase)), describe(*b)));
}

migration::script planner::script_of(const migration::step &s) const {
  auto script = migration::read_script(s.up ? s.files.up : s.files.down);
  lifecycle::check_script(script, s, standard_strings_);
  go_on(script, s);
  return script;
}

migration::script planner::verify_script_of(const migration::step &s) const {
  auto script = migration::read_script(s.files.verify);
  lifecycle::check_verify_script(script, standard_strings_);
  return script;
}

std::string planner::called_before(const migration::step &s) const {
  const auto *one = lifecycle::find_called_before(called_, s);
  return one ? one->text : std::string();
}

void planner::print_step(const migration::step &s) {
  const auto script = script_of(s);
  t_.out(t_.on_out(style::bold, fmt::format("{} {}", s.up ? "apply" : "revert", s.files.title())) +
         (script.no_transaction
              ? t_.on_out(style::warn, fmt::format(" without a transaction ({})", script.no_transaction_reason))
              : std::string()) +
         (s.skip_statements ? fmt::format(", going on after statement {}", s.skip_statements) : ""));
  if (const auto text = called_before(s); !text.empty()) t_.out("  " + t_.on_out(style::warn, text));
  for (const auto what : order_of(s)) {
    if (what.empty()) {
      if (script.statements.empty()) t_.out("  (no statements)");
      for (auto i = std::size_t{s.skip_statements}; i < script.statements.size(); ++i)
        t_.out(fmt::format("  {:>5}  {}", script.statements[i].line, shortened(script.statements[i].text)));
    } else if (what == "verify") {
      if (s.up && !s.files.verify.empty())
        t_.out(fmt::format("  verify with {}", verify_script_of(s).file.filename().string()));
    } else {
      print_hooks(what, "  ");
    }
  }
}

void planner::print_text() {
  for (const auto phase : before_all) print_hooks(phase, "");
  for (const auto &s : steps_) print_step(s);
  for (const auto phase : after_all)
    if (phase != "post_complete" || !steps_.empty()) print_hooks(phase, "");
}

ordered_json planner::run_hooks(std::span<const std::string_view> phases) {
  ordered_json all = ordered_json::array();
  for (const auto phase : phases)
    if (const auto *row = plugin::find_phase(phase)) // not the migration's own part
      for (const auto *b : plugins_.at(*row)) all.push_back(to_json(*b));
  return all;
}

ordered_json planner::step_json(const migration::step &s) {
  const auto script = script_of(s);
  ordered_json j{{"version", s.files.id.text()},
                 {"name", s.files.name},
                 {"direction", s.up ? "up" : "down"},
                 {"file", script.file.string()},
                 {"transaction", !script.no_transaction}};
  if (script.no_transaction) j["no_transaction_reason"] = script.no_transaction_reason;
  if (s.skip_statements) j["skip_statements"] = s.skip_statements;
  if (auto text = called_before(s); !text.empty()) j["called_before"] = std::move(text);
  j["statements"] = statements_json(script);
  if (s.up && !s.files.verify.empty()) j["verify"] = statements_json(verify_script_of(s));
  j["hooks"] = run_hooks(order_of(s));
  j["on_error"] = run_hooks(std::array<std::string_view, 1>{"on_error"});
  return j;
}

ordered_json planner::migrations() {
  ordered_json all = ordered_json::array();
  for (const auto &s : steps_) all.push_back(step_json(s));
  return all;
}

// What a run would stop at before it looks at any file.
std::vector<std::string> ledger_warnings(postgres::connection &c, const std::string &schema) {
  const auto version = ledger::ledger(c, schema).version();
  if (!version) {
    const std::string strangers = ledger::strangers_in(c, schema);
    if (strangers.empty()) return {};
    return {"a run will fail: there is something else named " + strangers +
            "; what helps: set [ledger] schema to a schema of its own"};
  }
  if (*version == ledger::newest_version) return {};
  const auto obstacle = ledger::upgrade_obstacle_of(c, schema, *version);
  return obstacle ? std::vector{"a run will fail: " + obstacle->what + "; what helps: " + obstacle->sql}
                  : std::vector<std::string>{};
}

} // namespace

int command_plan(const options &o, terminal &t) {
  if (o.down && o.to && o.steps)
    throw error(error_code::usage, "--to and --steps exclude each other with --down",
                "give one of them, as with davit down");
  return in_workspace(o, t, [&](workspace &w) {
    const auto &plugins = w.plugins();
    auto &c = w.connect("plan");
    const auto folder = migration::find_migrations(w.settings.migrations.dir);
    auto warnings = ledger_warnings(c, w.settings.ledger.schema);
    warnings.insert(warnings.begin(), folder.warnings.begin(), folder.warnings.end());
    for (const auto &warning : warnings) t.err(t.on_err(style::warn, "warning: ") + warning);
    const auto now = lifecycle::present::look(c, w.settings.ledger.schema, &folder);
    const auto steps = lifecycle::steps_for(o.down ? down_request(o) : up_request(o), folder, now.migrations);
    planner p(t, plugins, steps, now.called, c.began_with_standard_strings());
    if (o.json) {
      ordered_json j = json_answer(name_of(o.what));
      j["before"] = p.run_hooks(before_all);
      j["migrations"] = p.migrations();
      j["after"] = p.run_hooks(after_all);
      j["warnings"] = warnings;
      print_json(t, j);
      return 0;
    }
    p.print_text();
    t.out(steps.empty() ? std::string("nothing to do")
                        : fmt::format("{} migration{} to {}", steps.size(), steps.size() == 1 ? "" : "s",
                                      o.down ? "revert" : "apply"));
    return 0;
  });
}

} // namespace davit::cli
