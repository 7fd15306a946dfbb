#include "hostile_run.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

namespace davit::test {

std::filesystem::path test_plugin(std::string_view name) {
  return test_plugin_dir() / ("lib" + std::string(name) + ".so");
}

std::string hostile(std::string_view config, std::string_view more) {
  return "\n[[plugins]]\nname = \"villain\"\npath = \"" + test_plugin("hostile").string() + "\"\n" + std::string(more) +
         "\n[plugins.config]\n" + std::string(config) + "\n";
}

std::string with_hostile(std::string_view config, std::string_view more) {
  return std::string(head) + hostile(config, more);
}

std::string with_library(const std::filesystem::path &file, std::string_view more) {
  return std::string(head) + "\n[[plugins]]\nname = \"villain\"\npath = \"" + file.string() + "\"\n" +
         std::string(more) + "\n";
}

hostile_project::hostile_project(std::string_view toml) : project(toml) {
  migration("0001_one.up.sql", "CREATE TABLE one (i int);");
}

void check_nothing_happened(const project &p) {
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
  p.configure(head);
  const auto next = p.davit({"up"});
  INFO(next.err);
  CHECK(next.exit_code == 0);
  CHECK(exists(p, "one"));
  CHECK(ledger(p) == "0001 applied");
}

} // namespace davit::test
