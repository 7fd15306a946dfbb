// nothing_to_do: `davit up` in a project of ten migrations, all of them applied, against `psql -c 'SELECT 1'`.
//
// Both start a process, connect, ask something and leave; davit has to read its configuration, take the run lock, read
// the ledger and hold the files against it. A deploy that changes nothing should not notice.
#include "bench/database.hpp"
#include "bench/pairs.hpp"
#include "bench/project.hpp"

namespace davit::bench {
namespace {

std::vector<result> measure(const setting &s) {
  const project p;
  write_trivial_migrations(p, 10);
  const prepared_database database;
  const std::string url = database.url();
  run(p.up(s, url));
  const command psql{{(server().bin_dir() / "psql").string(), "-X", "-d", url, "-c", "SELECT 1"}};
  const auto all = interleave(
      s.pairs_or(41), [&] { return run(psql); }, [&] { return run(p.up(s, url)); });
  return {summarise({.name = "nothing_to_do",
                     .compared = "davit up with ten applied migrations: wall time / psql -c 'SELECT 1'",
                     .unit = "ms",
                     .aim = 1.5},
                    column(all, &cost::wall_ms))};
}

} // namespace

benchmark nothing_to_do() { return {"nothing_to_do", {"nothing_to_do"}, measure}; }

} // namespace davit::bench
