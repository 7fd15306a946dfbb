#include "bench/up_floor.hpp"

#include "bench/ledger_rows.hpp"

#include <utility>

namespace davit::bench {

up_against_psql::up_against_psql(const setting &s, std::size_t migrations, std::string_view toml, way to)
    : setting_(s), to_(std::move(to)), project_(toml) {
  run(project_.up(setting_, database_.url())); // with nothing in the folder: creates the ledger
  const auto statements = write_trivial_migrations(project_, migrations);
  database_.with_copy([&](const std::string &name) {
    const std::string url = server().url(name);
    run(project_.up(setting_, url));
    auto session = connect(url);
    const ledger_rows rows = read_ledger_rows(session);
    std::string sql = rows.run_begins;
    for (std::size_t i = 0; i < statements.size(); ++i)
      sql += "BEGIN;\n" + statements[i] + rows.migrations.at(i) + "COMMIT;\n";
    file_ = project_.write("same.sql", sql + rows.run_ends);
  });
}

cost up_against_psql::psql() const {
  cost out;
  database_.with_copy([&](const std::string &name) {
    out = run({{(server().bin_dir() / "psql").string(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", to_(name), "-f",
                file_.string()}});
  });
  return out;
}

cost up_against_psql::davit() const {
  cost out;
  database_.with_copy([&](const std::string &name) { out = run(project_.up(setting_, to_(name))); });
  return out;
}

} // namespace davit::bench
