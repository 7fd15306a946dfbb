// Results as a table for people and as JSON for programs.
#pragma once

#include "bench/benchmark.hpp"

#include <string>
#include <vector>

namespace davit::bench {

// The columns, and below them a line for each result that says what was compared.
std::string as_table(const std::vector<result> &results);

// [{"name", "ratio", "aim", "meets", …}]
std::string as_json(const std::vector<result> &results);

} // namespace davit::bench
