#include "bench/ledger_rows.hpp"

#include <array>

namespace davit::bench {
namespace {

struct table {
  std::string names;             // "a, b, c": columns that can be written
  std::vector<std::string> rows; // "'x', NULL, '3'"
  std::string insert(std::size_t row) const { return "(" + names + ") VALUES (" + rows.at(row) + ")"; }
};

table read(postgres::connection &c, const char *name, const std::string &without, const std::string &order) {
  table out;
  const auto columns = c.query("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),"
                               " string_agg('quote_nullable(' || quote_ident(attname) || ')', ', ' ORDER BY attnum)"
                               " FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped"
                               " AND attidentity = '' AND attname <> ALL (string_to_array($2, ','))",
                               std::array{postgres::parameter(name), postgres::parameter(without)});
  out.names = columns.text(0, 0);
  const auto rows =
      c.exec("SELECT concat_ws(', ', " + std::string(columns.text(0, 1)) + ") FROM " + name + " ORDER BY " + order);
  for (int i = 0; i < rows.rows(); ++i) out.rows.emplace_back(rows.text(i, 0));
  return out;
}

} // namespace

ledger_rows read_ledger_rows(postgres::connection &c) {
  const table run = read(c, "davit.run", "finished,outcome,stats", "id");
  const table state = read(c, "davit.migration", "", "version");
  const table event = read(c, "davit.run_migration", "", "version");
  ledger_rows out;
  out.run_begins = "INSERT INTO davit.run " + run.insert(0) + ";\n";
  for (std::size_t i = 0; i < state.rows.size(); ++i)
    out.migrations.push_back("WITH state AS (INSERT INTO davit.migration " + state.insert(i) +
                             ") INSERT INTO davit.run_migration " + event.insert(i) + ";\n");
  out.run_ends = "UPDATE davit.run SET finished = clock_timestamp(), outcome = 'applied', stats = '{}';\n";
  return out;
}

} // namespace davit::bench
