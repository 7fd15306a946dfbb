#include "half_way.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <utility>

namespace davit::test {

outcome resume(const project &p, std::vector<std::string> more) {
  std::vector<std::string> arguments{"repair", "0001", "--resume"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto repaired = p.davit(std::move(arguments));
  REQUIRE_MESSAGE(repaired.exit_code == 0, repaired.err);
  return repaired;
}

void kill_in(const project &p, std::string_view words) {
  running_program davit(p.command({"up"}));
  wait_for_statement(p, words);
  davit.send(SIGKILL);
  davit.wait();
  wait_until_davit_is_gone(p);
}

} // namespace davit::test
