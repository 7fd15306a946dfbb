// What a benchmark is, and what it hands back: a ratio against a floor that was measured in the same run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace davit::bench {

struct result {
  std::string name;
  std::string compared;     // one line: what against what
  std::string note = {};    // what else was measured; may be empty
  std::string unit;         // of `floor` and `davit`
  double floor = 0;         // median; or the budget, where the aim is an absolute one
  double davit = 0;         // median
  double ratio = 0;         // median of the pairs' ratios
  double low = 0, high = 0; // quartiles of the pairs' ratios
  double aim = 0;
  bool at_least = false; // the ratio is to be at least the aim; else at most
  std::size_t pairs = 0;

  bool meets() const { return at_least ? ratio >= aim : ratio <= aim; }
};

struct setting {
  std::filesystem::path davit; // the program that is measured
  bool quick = false;          // tiny: shows that everything runs, measures nothing
  std::size_t pairs = 0;       // 0: as many as the benchmark takes for enough

  std::size_t pairs_or(std::size_t usual) const { return pairs ? pairs : quick ? 1 : usual; }
  std::size_t size(std::size_t usual, std::size_t tiny) const { return quick ? tiny : usual; }
};

struct benchmark {
  std::string name;
  std::vector<std::string> results; // names of what it measures
  std::function<std::vector<result>(const setting &)> run;
};

benchmark dispatch();
benchmark up();
benchmark up_plugins();
benchmark up_delay();
benchmark nothing_to_do();
benchmark many_files();

} // namespace davit::bench
