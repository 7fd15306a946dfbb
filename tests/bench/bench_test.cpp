#include "support/json.hpp"
#include "support/paths.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>

namespace {

using davit::test::json;
using davit::test::outcome;

outcome bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), DAVIT_BENCH);
  return davit::test::run({.argv = std::move(arguments)});
}

} // namespace

TEST_CASE("every benchmark runs, and says name, ratio, aim and whether the aim is met") {
  const auto got = bench({"--quick", "--json"});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  const json all(got.out);
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string at = "/" + std::to_string(i);
    names += all.text(at + "/name") + " ";
    CHECK(all.number(at + "/ratio") > 0);
    CHECK(all.number(at + "/aim") > 0);
    const bool at_least = all.text(at + "/aim_is") == "at least";
    const double ratio = all.number(at + "/ratio"), aim = all.number(at + "/aim");
    CHECK(all.boolean(at + "/meets") == (at_least ? ratio >= aim : ratio <= aim));
  }
  CHECK(names == "dispatch dispatch_spawn up_wall up_cpu up_memory up_plugins up_delay nothing_to_do many_files ");
}

TEST_CASE("a benchmark that is asked for by name runs alone, and an unknown name is refused") {
  const auto one = bench({"--quick", "dispatch"});
  CHECK(one.exit_code == 0);
  CHECK(one.out.find("\ndispatch ") != std::string::npos);
  CHECK(one.out.find("dispatch_spawn") == std::string::npos);

  const auto none = bench({"--quick", "dispach"});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("there is no benchmark dispach") != std::string::npos);
}

TEST_CASE("a davit that fails is no measurement") {
  const auto got = bench({"--quick", "--davit", "/bin/false", "nothing_to_do"});
  CHECK(got.exit_code == 3);
  CHECK(got.err.find("/bin/false exited with 1") != std::string::npos);
  CHECK(got.out.empty());
}
