// davit.toml, migration files and plugins: what can be checked without a database.
#include "cli/doctor/checks.hpp"

#include "migration/script.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit::cli::doctor {
namespace {

constexpr const char *plugins_name = "plugin";

std::string plural(std::size_t n, const std::string &what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

void report(findings &out, const plugin::instance &i, const config::plugin_settings &settings) {
  std::string rights;
  for (const auto &c : i.capabilities()) rights += (rights.empty() ? "" : ", ") + c;
  const auto found =
      fmt::format("{}: {} {} from {}, may use {}; sha256 {}{}", i.name(), i.descriptor().id, i.descriptor().version,
                  i.library().file.string(), rights.empty() ? "nothing" : rights, i.library().sha256.substr(0, 12),
                  settings.sha256.empty() ? ", not pinned" : ", as davit.toml pins it");
  if (settings.allow_writable)
    out.warn(plugins_name, found + "; allow_writable is set: who may write to the file or its folder is not looked at",
             "chmod go-w the file and its folder, then take allow_writable out");
  else
    out.ok(plugins_name, found);
}

const config::plugin_settings &settings_of(const config::settings &all, const std::string &name) {
  for (const auto &p : all.plugins)
    if (p.name == name) return p;
  throw error(error_code::bug, "a plugin that davit.toml does not have was loaded: " + name);
}

} // namespace

void check_configuration(findings &out, const config::settings &settings) {
  const auto found = fmt::format("{}: environment '{}', {}, {}", settings.file.string(), settings.environment,
                                 plural(settings.plugins.size(), "plugin"), plural(settings.hooks.size(), "hook"));
  struct stat info {};
  const bool seen = ::stat(settings.file.c_str(), &info) == 0;
  const bool by_group = (info.st_mode & S_IWGRP) != 0 && info.st_gid != 0 && info.st_gid != ::getegid();
  if (seen && (by_group || (info.st_mode & S_IWOTH) != 0))
    out.warn("configuration", found + "; others may write to it, and so choose the plugins that run as you",
             "chmod go-w " + settings.file.string());
  else
    out.ok("configuration", found);
}

std::optional<migration::folder> check_migrations(findings &out, const config::settings &settings) {
  constexpr const char *name = "migrations";
  std::optional<migration::folder> folder;
  if (!out.attempt(name, [&] { folder = migration::find_migrations(settings.migrations.dir); })) return folder;
  for (const auto &warning : folder->warnings) out.warn(name, warning, "rename it, or keep it elsewhere");
  const auto failures = out.count(level::fail);
  for (const auto &m : folder->migrations)
    for (const auto *file : {&m.up, &m.down, &m.verify})
      if (!file->empty()) out.attempt(name, [&] { migration::read_script(*file); });
  if (out.count(level::fail) == failures)
    out.ok(name, plural(folder->migrations.size(), "migration") + " in " + settings.migrations.dir.string());
  return folder;
}

void check_plugins(findings &out, workspace &w) {
  if (w.settings.plugins.empty()) {
    out.ok(plugins_name, "davit.toml lists none");
    return;
  }
  const auto failures = out.count(level::fail);
  try {
    w.plugins([&out](const error &e) { out.fail(plugins_name, e); });
  } catch (const error &e) {
    out.fail("hooks", e);
  }
  const auto &plugins = w.plugins();
  for (const auto &i : plugins.instances()) report(out, *i, settings_of(w.settings, i->name()));
  for (const auto &l : plugins.not_loaded()) out.ok(plugins_name, l.plugin + " is not loaded: " + l.why);
  if (out.count(level::fail) == failures && !w.settings.hooks.empty())
    out.ok("hooks", plural(plugins.bindings().size(), "handler") + " bound to phases");
}

} // namespace davit::cli::doctor
