// Dry runs, and the database held against what it was before.
#pragma once

#include "../lifecycle/probe_run.hpp"

#include <string>
#include <vector>

namespace davit::test {

// The same at the end of its life as at the beginning, or the test case fails.
class unchanged {
public:
  explicit unchanged(const project &p) : project_(p), before_(p.database().whole_dump()) {}
  void check() const;

private:
  const project &project_;
  std::string before_;
};

// `davit up --dry-run --json`; checks that the database is as it was, and that no session is left.
finished_run rehearse(const project &p, int expected_exit, std::vector<std::string> arguments = {"up"});

// "VERSION REASON" of each migration that was not tried, one a line.
std::string not_tried(const finished_run &run);

} // namespace davit::test
