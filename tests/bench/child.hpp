// A program run to its end, and what it cost.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace davit::bench {

struct cost {
  double wall_ms = 0;
  double cpu_ms = 0; // user and system, of the program alone
  // The kernel counts from the fork on, so this is never less than what this process took itself: an upper bound.
  double peak_mib = 0;
};

struct command {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment = {}; // on top of this process's, DAVIT_* and PG* taken away
  std::filesystem::path cwd = {};                      // empty: this process's
};

// Its standard output is thrown away. Throws std::runtime_error with its standard error unless it exits with 0.
cost run(const command &what);

} // namespace davit::bench
