// Running davit with the plugins of this folder, and looking at what they did.
#pragma once

#include "support/project.hpp"

#include <string>
#include <string_view>

namespace davit::test {

// The start of a davit.toml.
std::string toml_head(std::string_view environment_name = "test");
// A [[plugins]] entry for libLIBRARY.so of the tests; `config` is an inline table.
std::string plugin_entry(std::string_view name, std::string_view library, std::string_view config = "{}");

// `davit up`; fails the test case, showing all output, unless it exits as expected.
outcome up(const project &p, int expected_exit);

bool has(std::string_view text, std::string_view words);

// "PHASE HANDLER OUTCOME ROWS" of every call in the ledger, in order, a line each.
std::string calls(const project &p);
// What the handler reported in its latest call.
std::string reported(const project &p, std::string_view plugin, std::string_view handler);
// A stat of the latest run, as JSON; empty if there is none.
std::string stat(const project &p, std::string_view key);
// "VERSION STATE" of every migration that the ledger knows, comma-separated.
std::string ledger(const project &p);

} // namespace davit::test
