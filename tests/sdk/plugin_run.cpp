#include "plugin_run.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

namespace davit::test {
namespace {

std::string literal(std::string_view text) { return "'" + std::string(text) + "'"; }

} // namespace

std::string toml_head(std::string_view environment_name) {
  return "environment = \"" + std::string(environment_name) + "\"\n\n[migrations]\ndir = \"migrations\"\n\n";
}

std::string plugin_entry(std::string_view name, std::string_view library, std::string_view config) {
  const auto file = test_plugin_dir() / ("lib" + std::string(library) + ".so");
  return "[[plugins]]\nname = \"" + std::string(name) + "\"\npath = \"" + file.string() +
         "\"\nconfig = " + std::string(config) + "\n\n";
}

outcome up(const project &p, int expected_exit) {
  auto result = p.davit({"up"});
  INFO("stdout:\n", result.out, "\nstderr:\n", result.err);
  REQUIRE(result.exit_code == expected_exit);
  return result;
}

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

std::string calls(const project &p) {
  return p.database().sql("SELECT concat_ws(' ', phase, handler, outcome, rows_affected) FROM davit.hook_call "
                          "ORDER BY ordinal");
}

std::string reported(const project &p, std::string_view plugin, std::string_view handler) {
  return p.database().sql("SELECT message FROM davit.hook_call WHERE plugin = " + literal(plugin) +
                          " AND handler = " + literal(handler) + " ORDER BY ordinal DESC LIMIT 1");
}

std::string stat(const project &p, std::string_view key) {
  return p.database().sql("SELECT jsonb_path_query(stats, '$.**.\"" + std::string(key) +
                          "\".value') FROM davit.run ORDER BY started DESC LIMIT 1");
}

std::string ledger(const project &p) {
  return p.database().sql("SELECT string_agg(version || ' ' || state, ',' ORDER BY version) FROM davit.migration");
}

} // namespace davit::test
