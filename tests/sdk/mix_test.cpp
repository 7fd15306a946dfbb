// One plugin source, built in six ways, all of them loaded into one davit at the same time.
#include "plugin_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

struct build {
  std::string name;
  std::string says; // a word of its own description that shows that it is what it should be; empty: none is due
};

const build builds[] = {
    {"o0", ""},
    {"o3_lto", "optimized"},
    {"old_strings", "old-strings"},
    {"debug_containers", "debug-containers"},
    {"static_runtime", ""},
#if defined(__clang__)
    {"other_compiler", "gcc"},
#else
    {"other_compiler", "clang"},
#endif
};

} // namespace

TEST_CASE("plugins from six builds work side by side in one run") {
  std::string toml = toml_head();
  for (const build &b : builds)
    toml += plugin_entry(b.name, "mixed_" + b.name,
                         "{ words = ['davit', 'Läufer', 'a word longer than any inline buffer'] }");
  const project p(toml);
  p.migration("0001_users.up.sql", "CREATE TABLE users (id int);");
  up(p, 0);

  constexpr auto letters = "47"; // 5 + 6 + 36
  CHECK(stat(p, "mix/instances") == std::to_string(std::size(builds)));
  for (const build &b : builds) {
    CAPTURE(b.name);
    CHECK(stat(p, "mix/" + b.name) == letters);
    CHECK(has(reported(p, b.name, "count"), b.says));
  }
}
