// up_wall, up_cpu, up_memory: 300 migrations `CREATE TABLE tN (id int)` applied by one `davit up`, against one psql
// process that reads the same statements from one file: for each migration BEGIN, the SQL, its ledger rows (those that
// davit wrote, in one statement), COMMIT; and the run's row around them.
//
// psql is the least that a client can do without leaving a statement out: it reads a file and sends one statement after
// the other. What davit does on top (checksums, planning, locks, its second session, settings for each transaction) has
// to be paid for by round trips saved. The ledger's tables exist before, for both.
#include "bench/pairs.hpp"
#include "bench/up_floor.hpp"

namespace davit::bench {
namespace {

std::vector<result> measure(const setting &s) {
  const up_against_psql both(s, s.size(300, 3), "environment = \"bench\"\n");
  const auto all = interleave(
      s.pairs_or(9), [&] { return both.psql(); }, [&] { return both.davit(); });
  auto memory = column(all, &cost::peak_mib);
  constexpr double budget = 16;
  for (auto &[floor, davit] : memory) floor = budget;
  return {
      summarise({.name = "up_wall",
                 .compared = "300 trivial migrations: wall time of davit up / of one psql doing the same statements",
                 .unit = "ms",
                 .aim = 1.05},
                column(all, &cost::wall_ms)),
      summarise({.name = "up_cpu", .compared = "the same: the client's CPU time", .unit = "ms", .aim = 2},
                column(all, &cost::cpu_ms)),
      summarise(
          {.name = "up_memory", .compared = "the same: davit's peak resident memory / 16 MiB", .unit = "MiB", .aim = 1},
          memory)};
}

} // namespace

benchmark up() { return {"up", {"up_wall", "up_cpu", "up_memory"}, measure}; }

} // namespace davit::bench
