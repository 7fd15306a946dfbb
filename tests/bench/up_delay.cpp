// up_delay: as up_wall, with a network in between that takes 2 ms each way, for davit and psql alike.
//
// psql waits for the answer to each statement before it sends the next, four round trips a migration. Nothing makes
// davit wait where nobody asks for the answer in between: what can be sent together is to be sent together.
#include "bench/pairs.hpp"
#include "bench/up_floor.hpp"
#include "support/failure_watch.hpp"
#include "support/proxy.hpp"

// No test case is running here.
bool davit::test::test_case_has_failed() { return false; }

namespace davit::bench {
namespace {

std::vector<result> measure(const setting &s) {
  const test::proxy network(server().folder(), {.delay = std::chrono::milliseconds(2)});
  const up_against_psql both(s, s.size(300, 3), "environment = \"bench\"\n",
                             [&](const std::string &database) { return network.url(database); });
  const auto all = interleave(
      s.pairs_or(3), [&] { return both.psql(); }, [&] { return both.davit(); });
  return {summarise({.name = "up_delay",
                     .compared = "300 trivial migrations over a network of 2 ms each way: wall time / psql's",
                     .unit = "ms",
                     .aim = 0.6},
                    column(all, &cost::wall_ms))};
}

} // namespace

benchmark up_delay() { return {"up_delay", {"up_delay"}, measure}; }

} // namespace davit::bench
