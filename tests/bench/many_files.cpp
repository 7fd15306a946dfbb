// many_files: `davit up` with 10 000 migrations in the folder, all but the last applied, against one sha256sum process
// that is given the same files by name.
//
// davit vouches for every applied file, so it has to list the folder and to read and hash all of it, as sha256sum does
// with the list for nothing; on top come the ledger's rows, the comparison, and one migration. The files are of a usual
// size, some hundreds of bytes, and in the page cache for both.
#include "base/sha256.hpp"
#include "bench/database.hpp"
#include "bench/pairs.hpp"
#include "bench/project.hpp"

#include <fmt/format.h>

namespace davit::bench {
namespace {

std::string migration_text(std::size_t n) {
  return fmt::format("-- Orders of region {0}: who ordered what, and when.\n"
                     "CREATE TABLE orders_{0} (\n"
                     "  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
                     "  customer    bigint NOT NULL,\n"
                     "  article     text NOT NULL CHECK (article <> ''),\n"
                     "  quantity    integer NOT NULL DEFAULT 1 CHECK (quantity > 0),\n"
                     "  price_cents bigint NOT NULL,\n"
                     "  ordered_at  timestamptz NOT NULL DEFAULT now()\n"
                     ");\n"
                     "CREATE INDEX orders_{0}_customer ON orders_{0} (customer, ordered_at);\n",
                     n);
}

// All but the last are in the ledger.
void pretend_applied(const prepared_database &database, const std::vector<std::string> &texts) {
  std::string rows;
  for (std::size_t n = 1; n < texts.size(); ++n)
    rows += fmt::format("{}('{}','orders','applied','up','{}',now(),'bench',1,'{:08}-0000-4000-8000-000000000000')",
                        rows.empty() ? "" : ",", version_text(n), sha256_hex(texts[n - 1]), n);
  connect(database.url())
      .exec("INSERT INTO davit.migration (version, name, state, direction, up_checksum, applied_at, applied_by,"
            " duration_us, run) VALUES " +
            rows + "; ANALYZE davit.migration");
}

std::vector<result> measure(const setting &s) {
  const project p;
  const prepared_database database;
  run(p.up(s, database.url())); // creates the ledger
  std::vector<std::string> texts;
  command sha256sum{{"sha256sum"}, {}, p.migrations()};
  for (std::size_t n = 1; n <= s.size(10'000, 20); ++n) {
    texts.push_back(migration_text(n));
    sha256sum.argv.push_back(version_text(n) + "_orders.up.sql");
    p.write("migrations/" + sha256sum.argv.back(), texts.back());
  }
  pretend_applied(database, texts);
  const auto davit = [&] {
    cost out;
    database.with_copy([&](const std::string &name) { out = run(p.up(s, server().url(name))); });
    return out;
  };
  const auto all = interleave(
      s.pairs_or(15), [&] { return run(sha256sum); }, davit);
  return {summarise({.name = "many_files",
                     .compared = "davit up with 10 000 migrations, one of them pending: wall time / sha256sum's",
                     .unit = "ms",
                     .aim = 2},
                    column(all, &cost::wall_ms))};
}

} // namespace

benchmark many_files() { return {"many_files", {"many_files"}, measure}; }

} // namespace davit::bench
