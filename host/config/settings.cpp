#include "config/settings.hpp"

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "config/complaint.hpp"
#include "config/sections.hpp"
#include "config/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace davit::config {
namespace {

std::string read_source(const std::filesystem::path &file) {
  try {
    return read_file(file);
  } catch (const std::system_error &problem) {
    const bool missing = problem.code() == std::errc::no_such_file_or_directory;
    throw error(error_code::config_unreadable,
                fmt::format("cannot read the configuration file: {}", problem.code().message()),
                hint_about_files(problem.code(), missing ? "`davit init` creates one" : ""), {file.string()});
  }
}

std::filesystem::path migrations_dir(const std::filesystem::path &base, const std::filesystem::path &written) {
  auto dir = (base / written).lexically_normal();
  return dir.has_filename() ? dir : dir.parent_path(); // "migrations/" is "migrations"
}

std::string schema_name(const entry &source) {
  constexpr std::size_t longest_identifier = 63; // bytes; PostgreSQL would cut a longer one silently
  const auto &name = source.non_empty_text();
  if (name.size() > longest_identifier) source.refuse("'schema' is longer than the 63 bytes that PostgreSQL keeps");
  if (name.starts_with("pg_") || name == "information_schema")
    source.refuse(fmt::format("'{}' belongs to PostgreSQL itself", name), "choose another schema, such as \"davit\"");
  return name;
}

void read_sections(const node &root, settings &s) {
  const auto base = s.file.parent_path();
  const auto database = [&](const entry &section) {
    auto &d = s.database;
    read_table(section.value(), "[database]",
               {{"url", [&](const entry &e) { d.url = e.text(); }},
                {"lock_timeout", [&](const entry &e) { d.lock_timeout = e.duration(); }},
                {"lock_retries", [&](const entry &e) { d.lock_retries = e.integer<std::uint32_t>(); }},
                {"statement_timeout", [&](const entry &e) { d.statement_timeout = e.duration(); }},
                {"run_lock_timeout", [&](const entry &e) { d.run_lock_timeout = e.duration(); }}});
  };
  const auto migrations = [&](const entry &section) {
    s.migrations.where = section.where();
    const auto dir = [&](const entry &e) { s.migrations = {migrations_dir(base, e.non_empty_text()), e.where()}; };
    read_table(section.value(), "[migrations]", {{"dir", dir}});
  };
  const auto ledger = [&](const entry &section) {
    read_table(section.value(), "[ledger]", {{"schema", [&](const entry &e) { s.ledger.schema = schema_name(e); }}});
  };
  const auto run = [&](const entry &section) {
    read_table(section.value(), "[run]",
               {{"hint", [&](const entry &e) { s.run.hint = e.text(); }},
                {"hint_owner", [&](const entry &e) { s.run.hint_owner = e.text(); }},
                {"hint_token", [&](const entry &e) { s.run.hint_token = e.text(); }},
                {"deadline", [&](const entry &e) { s.run.deadline = e.duration(); }},
                {"grace", [&](const entry &e) { s.run.grace = e.duration(); }}});
  };
  read_table(root, "davit.toml",
             {{"environment", [&](const entry &e) { s.environment = e.non_empty_text(); }},
              {"database", database},
              {"migrations", migrations},
              {"ledger", ledger},
              {"run", run},
              {"plugins", [&](const entry &e) { s.plugins = read_plugins(e); }},
              {"hooks", [&](const entry &e) { s.hooks = read_hooks(e); }}});
}

void apply_environment_variables(settings &s) {
  const auto take = [](const char *variable, std::string &value) {
    if (const char *given = std::getenv(variable); given && *given) value = given;
  };
  take("DAVIT_DATABASE_URL", s.database.url);
  take("DAVIT_ENVIRONMENT", s.environment);
}

void check_hooks(const settings &s) {
  std::vector<std::string_view> names;
  for (const auto &plugin : s.plugins) names.push_back(plugin.name);
  for (const auto &hook : s.hooks)
    if (std::find(names.begin(), names.end(), hook.plugin) == names.end())
      throw complaint(error_code::config_unknown, hook.plugin_where, fmt::format("unknown plugin '{}'", hook.plugin),
                      names.empty() ? "add a [[plugins]] entry of that name" : did_you_mean(hook.plugin, names));
}

// A plugin that is skipped because nobody said which environment this is would be a guard that is silently off.
void check_environment(const settings &s) {
  if (!s.environment.empty()) return;
  for (const auto &plugin : s.plugins)
    if (!plugin.environments.empty())
      throw complaint(
          error_code::config_value, plugin.where,
          fmt::format("plugin '{}' is for some environments only, but it is not said which this one is", plugin.name),
          "set environment = \"…\" at the top of the file, or DAVIT_ENVIRONMENT");
}

} // namespace

std::string_view name_of(failure_policy policy) {
  switch (policy) {
  case failure_policy::abort: return "abort";
  case failure_policy::warn: return "warn";
  case failure_policy::ignore: return "ignore";
  }
  throw error(error_code::bug, "a failure policy has no name");
}

settings defaults(const std::filesystem::path &dir) {
  settings s;
  s.migrations.dir = migrations_dir(std::filesystem::absolute(dir), "migrations");
  apply_environment_variables(s);
  return s;
}

settings load(const std::filesystem::path &file) {
  const auto root = parse_toml(read_source(file), file.string());
  settings s;
  s.file = std::filesystem::absolute(file).lexically_normal();
  s.migrations = {migrations_dir(s.file.parent_path(), "migrations"), {file.string()}};
  read_sections(root, s);
  apply_environment_variables(s);
  check_hooks(s);
  check_environment(s);
  return s;
}

} // namespace davit::config
