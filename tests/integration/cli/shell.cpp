#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace davit::test {

outcome run_davit(const project &p, std::vector<std::string> arguments, int expected_exit, const environment &extra) {
  auto result = p.davit(std::move(arguments), extra);
  INFO("stdout:\n", result.out, "\nstderr:\n", result.err);
  REQUIRE(result.exit_code == expected_exit);
  return result;
}

json run_json(const project &p, std::vector<std::string> arguments, int expected_exit, const environment &extra) {
  arguments.emplace_back("--json");
  const auto result = run_davit(p, arguments, expected_exit, extra);
  INFO("stdout:\n", result.out, "\nstderr:\n", result.err);
  json answer(result.out);
  REQUIRE(answer.integer("/schema_version") == 1);
  REQUIRE(answer.has("/command"));
  REQUIRE(answer.boolean("/ok") == (expected_exit == 0 || expected_exit == 8));
  return answer;
}

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

std::string shipped_plugin(std::string_view name, std::string_view rest) {
  const auto file = plugin_dir() / ("libdavit_" + std::string(name) + ".so");
  return "[[plugins]]\nname = \"" + std::string(name) + "\"\npath = \"" + file.string() + "\"\n" + std::string(rest) +
         "\n";
}

std::string ledger(const project &p) {
  return p.database().sql("SELECT string_agg(version || ' ' || state, ',' ORDER BY version::numeric) "
                          "FROM davit.migration");
}

bool exists(const project &p, std::string_view relation) {
  return p.database().sql("SELECT to_regclass('" + std::string(relation) + "') IS NOT NULL") == "t";
}

} // namespace davit::test
