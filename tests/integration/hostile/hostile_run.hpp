// Runs of davit with the plugins of tests/sdk/hostile.
#pragma once

#include "../lifecycle/probe_run.hpp"

#include <string>
#include <string_view>

namespace davit::test {

// The library of a plugin of tests/sdk.
std::filesystem::path test_plugin(std::string_view name);

// A [[plugins]] entry for the hostile plugin: `config` are keys of its configuration, "act = \"segv\"".
std::string hostile(std::string_view config, std::string_view more = {});
// davit.toml with it alone.
std::string with_hostile(std::string_view config, std::string_view more = {});
// davit.toml with one plugin of this file.
std::string with_library(const std::filesystem::path &file, std::string_view more = {});

// A project with one migration, which creates the table `one`.
class hostile_project : public project {
public:
  explicit hostile_project(std::string_view toml);
};

// Nothing of the migration is in the database, none of davit's sessions is left, and the next run, with another
// davit.toml, applies it.
void check_nothing_happened(const project &p);

} // namespace davit::test
