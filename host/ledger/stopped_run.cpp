#include "ledger/stopped_run.hpp"

#include <array>

namespace davit::ledger {

using postgres::parameter;

namespace {

// Something else than davit may have been at it.
constexpr const char *plugins_of_r =
    "jsonb_array_elements(CASE jsonb_typeof(r.plugins) WHEN 'array' THEN r.plugins ELSE '[]' END)";

} // namespace

stopped_run::stopped_run(postgres::connection &session, const std::string &schema, const std::string &run,
                         const migration::version &stopped)
    : c_(session), schema_(postgres::quote_identifier(schema)), run_(run), version_(stopped.text()) {}

std::string stopped_run::stats() {
  const auto r = c_.query("SELECT s.value FROM " + schema_ +
                              ".run r, jsonb_each(CASE jsonb_typeof(r.stats -> 'migrations') WHEN 'object' THEN"
                              " r.stats -> 'migrations' ELSE '{}' END) s WHERE r.id = $1::uuid AND"
                              " ltrim(s.key, '0') = ltrim($2, '0')",
                          std::array{parameter(run_), parameter(version_)});
  return r.rows() > 0 ? std::string(r.text(0, 0)) : std::string();
}

std::vector<stopped_run::call> stopped_run::writing_calls() {
  const auto r = c_.query(
      "SELECT h.plugin, h.handler, h.phase, h.rows_affected FROM " + schema_ + ".hook_call h JOIN " + schema_ +
          ".run r ON r.id = h.run, " + plugins_of_r +
          " p WHERE r.id = $1::uuid AND"
          " ltrim(h.migration, '0') = ltrim($2, '0') AND (h.outcome = 'ok' OR h.rows_affected > 0) AND p ->> 'name' ="
          " h.plugin AND p -> 'capabilities' ? 'db.write' ORDER BY h.ordinal",
      std::array{parameter(run_), parameter(version_)});
  std::vector<call> out;
  for (int i = 0; i < r.rows(); ++i)
    out.push_back({std::string(r.text(i, 0)), std::string(r.text(i, 1)), std::string(r.text(i, 2)),
                   std::stoll(std::string(r.text(i, 3)))});
  return out;
}

bool stopped_run::calls_are_unknown() {
  return c_.query("SELECT FROM " + schema_ + ".run r, " + plugins_of_r +
                      " p WHERE r.id = $1::uuid AND (r.finished IS NULL OR "
                      "r.outcome = 'lost')"
                      " AND p -> 'capabilities' ? 'db.write'",
                  std::array{parameter(run_)})
             .rows() > 0;
}

} // namespace davit::ledger
