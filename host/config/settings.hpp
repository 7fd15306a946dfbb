// davit.toml as typed settings.
#pragma once

#include "config/node.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace davit::config {

using std::chrono::milliseconds;

struct database_settings {
  std::string url; // as written, or from DAVIT_DATABASE_URL; empty: libpq's own environment and defaults
  milliseconds lock_timeout{2000};       // 0: none
  std::uint32_t lock_retries = 5;        // further attempts after lock_timeout struck
  milliseconds statement_timeout{0};     // 0: none
  milliseconds run_lock_timeout{60'000}; // how long to wait for another run to end
};

struct migrations_settings {
  std::filesystem::path dir; // absolute
  place where;
};

struct ledger_settings {
  std::string schema = "davit";
};

struct run_settings {
  std::string hint, hint_owner, hint_token; // free text that every plugin sees
  milliseconds deadline{0};                 // of a whole up or down; 0: none
  milliseconds grace{5000};                 // between telling a handler to stop and giving up on it
};

enum class failure_policy { abort, warn, ignore };
std::string_view name_of(failure_policy policy);

struct plugin_settings {
  std::string name;
  std::string path;                              // as written
  std::string sha256;                            // 64 lower-case hexadecimal digits, or empty
  std::vector<std::string> environments;         // empty: all
  std::optional<std::vector<std::string>> grant; // capabilities; absent: all that the plugin declares
  milliseconds deadline{0};                      // 0: none
  failure_policy on_failure = failure_policy::abort;
  bool allow_writable = false; // load although others may write to the file or its folder
  node config;                 // a table, or absent
  place where;                 // of the [[plugins]] entry
};

struct hook_settings {
  std::string phase;
  std::string plugin; // name of the [[plugins]] entry
  std::string handler;
  std::string id; // empty: none given
  std::optional<std::int32_t> priority;
  std::optional<milliseconds> deadline;
  std::optional<failure_policy> on_failure;
  bool enabled = true;
  node args;           // a table, or absent
  place where;         // of the [[hooks.PHASE]] entry
  place plugin_where;  // of the value of `plugin`
  place handler_where; // of the value of `handler`
};

struct settings {
  std::filesystem::path file; // absolute path of davit.toml; empty if there is none
  std::string environment;
  database_settings database;
  migrations_settings migrations;
  ledger_settings ledger;
  run_settings run;
  std::vector<plugin_settings> plugins;
  std::vector<hook_settings> hooks; // in the order of the file, phases mixed
};

// Reads and validates davit.toml. Throws error_code::config_*; every complaint has file:line:column and, for a wrong
// name, the nearest valid one. DAVIT_DATABASE_URL and DAVIT_ENVIRONMENT, where set and not empty, take precedence over
// [database] url and environment. Secrets are masked in excerpts.
settings load(const std::filesystem::path &file);

// The settings of a folder without davit.toml: the defaults, and what the environment variables say.
settings defaults(const std::filesystem::path &dir);

// davit.toml in `start` or the nearest folder above it; empty if there is none.
std::filesystem::path find(const std::filesystem::path &start);

} // namespace davit::config
