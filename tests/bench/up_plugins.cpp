// up_plugins: as up_wall, with three plugins loaded, each with a handler at every phase that adds to a stat and sends
// no SQL. The floor stays the same, without the ledger's rows of their calls: plugins are what davit is for, and a
// project must not have to think of their price.
#include "bench/pairs.hpp"
#include "bench/paths.hpp"
#include "bench/up_floor.hpp"

namespace davit::bench {
namespace {

std::string three_plugins() {
  std::string toml = "environment = \"bench\"\n";
  for (const char *name : {"one", "two", "three"})
    toml += std::string("[[plugins]]\nname = \"") + name + "\"\npath = \"" + counter_plugin().string() +
            "\"\ndeadline = \"10s\"\n";
  return toml;
}

std::vector<result> measure(const setting &s) {
  const up_against_psql both(s, s.size(300, 3), three_plugins());
  const auto all = interleave(
      s.pairs_or(9), [&] { return both.psql(); }, [&] { return both.davit(); });
  return {summarise({.name = "up_plugins",
                     .compared = "300 trivial migrations with three plugins at every phase: wall time / psql's without",
                     .unit = "ms",
                     .aim = 1.10},
                    column(all, &cost::wall_ms))};
}

} // namespace

benchmark up_plugins() { return {"up_plugins", {"up_plugins"}, measure}; }

} // namespace davit::bench
