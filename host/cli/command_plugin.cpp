// davit plugin list, davit plugin inspect
#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"
#include "plugin/bounded_call.hpp"

#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

ordered_json keys_json(const plugin::descriptor &d) {
  ordered_json all = ordered_json::array();
  for (const auto &k : d.keys)
    all.push_back({{"key", k.path},
                   {"type", plugin::type_name(k.type)},
                   {"required", k.required},
                   {"secret", k.secret},
                   {"default", ordered_json::parse(plugin::to_json(k.default_value))},
                   {"doc", k.doc}});
  return all;
}

ordered_json capabilities_json(const plugin::descriptor &d) {
  ordered_json all = ordered_json::array();
  for (const auto &c : d.capabilities) all.push_back((c.optional ? "?" : "") + c.name);
  return all;
}

std::string joined(const ordered_json &list) {
  std::string out;
  for (const auto &item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out.empty() ? "none" : out;
}

void print_keys(terminal &t, const plugin::descriptor &d) {
  for (const auto &k : d.keys) {
    const std::string fallback = k.default_value.index() == 0 ? (k.required ? "required" : "optional")
                                                              : "default " + plugin::to_json(k.default_value);
    t.out(fmt::format("  config {:<24} {:<8} {}{}: {}", k.path, plugin::type_name(k.type), fallback,
                      k.secret ? ", secret" : "", k.doc));
  }
}

} // namespace

int command_plugin_list(const options &o, terminal &t) {
  return in_workspace(o, t, [&](workspace &w) {
    const auto &all = w.plugins();
    ordered_json j = json_answer(name_of(o.what));
    j["plugins"] = ordered_json::array();
    for (const auto &i : all.instances()) {
      ordered_json row{{"name", i->name()},
                       {"id", i->descriptor().id},
                       {"version", i->descriptor().version},
                       {"summary", i->descriptor().summary},
                       {"file", i->library().file.string()},
                       {"sha256", i->library().sha256},
                       {"capabilities", i->capabilities()}};
      row["handlers"] = ordered_json::array();
      for (const auto &h : i->handlers()) {
        ordered_json phases = ordered_json::array();
        for (const auto &b : all.bindings())
          if (b.what == &h) phases.push_back(b.phase);
        row["handlers"].push_back({{"name", h.name}, {"phases", phases}});
      }
      j["plugins"].push_back(row);
    }
    j["not_loaded"] = ordered_json::array();
    for (const auto &l : all.not_loaded()) j["not_loaded"].push_back({{"name", l.plugin}, {"why", l.why}});
    if (o.json) {
      print_json(t, j);
      return 0;
    }
    for (const auto &p : j["plugins"]) {
      t.out(fmt::format("{}  {} {}: {}", t.on_out(style::bold, p["name"].get<std::string>()),
                        p["id"].get<std::string>(), p["version"].get<std::string>(), p["summary"].get<std::string>()));
      t.out(fmt::format("  from {} (sha256 {})", p["file"].get<std::string>(), p["sha256"].get<std::string>()));
      t.out(fmt::format("  may use: {}", joined(p["capabilities"])));
      for (const auto &h : p["handlers"])
        t.out(fmt::format("  handler {} at: {}", h["name"].get<std::string>(), joined(h["phases"])));
    }
    for (const auto &l : all.not_loaded()) t.out(fmt::format("{}  not loaded: {}", l.plugin, l.why));
    if (j["plugins"].empty() && all.not_loaded().empty()) t.out("davit.toml lists no plugins");
    return 0;
  });
}

int command_plugin_inspect(const options &o, terminal &t) {
  const auto file = plugin::find_library(
      o.argument.find('/') == std::string::npos && std::filesystem::exists(o.argument) ? "./" + o.argument : o.argument,
      std::filesystem::current_path());
  try {
    t.keep_output_from_plugins();
    std::optional<plugin::bounded_call> limit;
    limit.emplace(file.string(), "loading it", plugin::patience_for({}, {}), [&](std::string_view line) {
      t.err_if_read(t.on_err(style::bad, "error: ") + printable(file.string() + ": " + std::string(line)));
    });
    // Whoever inspects it decides afterwards whether to trust it; the rules for writers hold when it is used.
    const plugin::library &l = plugin::load_library(file, {"", true, ""});
    const plugin::descriptor d = plugin::read_descriptor(*l.descriptor, "the descriptor of " + file.string());
    limit.reset(); // whoever reads the answer takes the time they like
    ordered_json j = json_answer(name_of(o.what));
    j.update({{"file", l.file.string()},
              {"sha256", l.sha256},
              {"id", d.id},
              {"version", d.version},
              {"summary", d.summary},
              {"abi", fmt::format("{}.{}", DAVIT_ABI_MAJOR, d.min_minor)},
              {"capabilities", capabilities_json(d)},
              {"config", keys_json(d)},
              {"needed", l.elf.needed},
              {"glibc", l.elf.glibc}});
    if (o.json) {
      print_json(t, j);
      return 0;
    }
    t.out(fmt::format("{} {}: {}", t.on_out(style::bold, d.id), d.version, d.summary));
    t.out(fmt::format("  file {}\n  sha256 {}\n  plugin ABI {}.{} or newer minor", l.file.string(), l.sha256,
                      DAVIT_ABI_MAJOR, d.min_minor));
    t.out("  capabilities: " + joined(j["capabilities"]));
    t.out(fmt::format("  needs: {}{}", joined(j["needed"]), l.elf.glibc.empty() ? "" : " (" + l.elf.glibc + ")"));
    print_keys(t, d);
    return 0;
  } catch (error &e) {
    e.message = file.string() + ": " + e.message;
    throw;
  }
}

} // namespace davit::cli
