// What the tests of the command line share: running davit with an expected exit code, and looking at what it left.
#pragma once

#include "support/project.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

// `davit ARGUMENTS`; fails the test case, showing all output, unless it exits as expected.
outcome run_davit(const project &p, std::vector<std::string> arguments, int expected_exit = 0,
                  const environment &extra = {});

// The same with --json: what is on stdout, which has to be one object with schema_version, command and ok.
json run_json(const project &p, std::vector<std::string> arguments, int expected_exit = 0,
              const environment &extra = {});

bool has(std::string_view text, std::string_view words);

// A [[plugins]] entry for one of the plugins that davit ships; `name` is "audit_log", `rest` are further lines.
std::string shipped_plugin(std::string_view name, std::string_view rest = {});

// "VERSION STATE" of every migration in the ledger, oldest first, comma-separated.
std::string ledger(const project &p);

// Whether there is such a table, view or index.
bool exists(const project &p, std::string_view relation);

} // namespace davit::test
