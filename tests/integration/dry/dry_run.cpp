#include "dry_run.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <stdexcept>

namespace davit::test {

void unchanged::check() const {
  wait_until_davit_is_gone(project_);
  CHECK(project_.database().whole_dump() == before_);
}

finished_run rehearse(const project &p, int expected_exit, std::vector<std::string> arguments) {
  const unchanged database(p);
  arguments.emplace_back("--dry-run");
  auto run = davit_run(p, std::move(arguments), expected_exit);
  CHECK(run.answer().boolean("/dry_run"));
  database.check();
  return run;
}

std::string not_tried(const finished_run &run) {
  std::string out;
  for (std::size_t i = 0; i < run.answer().size("/not_tried"); ++i) {
    const json row = run.answer().at("/not_tried/" + std::to_string(i));
    out += row.text("/version") + " " + row.text("/reason") + "\n";
  }
  return out;
}

} // namespace davit::test
