#include "ledger/earlier_attempts.hpp"

#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

using postgres::parameter;

// {0} is the schema, {1} the direction; $1 the version, $2 the last of them, which may have told nobody of it yet.
constexpr const char *attempts = R"sql(
WITH attempts AS (
  SELECT $2::uuid AS run, NULL::bigint AS ordinal
  UNION SELECT m.run, max(m.ordinal) FROM {0}.run_migration m WHERE ltrim(m.version, '0') = ltrim($1, '0')
    AND m.outcome IN ('partial', 'unknown') AND m.direction = '{1}'
    AND m.ordinal > ALL (SELECT e.ordinal FROM {0}.run_migration e WHERE ltrim(e.version, '0') = ltrim($1, '0')
                           AND (e.outcome IN ('applied', 'reverted') OR e.outcome LIKE 'marked as %'))
    AND m.run <> $2::uuid GROUP BY m.run),
runs AS (SELECT r.*, a.ordinal FROM attempts a JOIN {0}.run r ON r.id = a.run),
writing AS (SELECT r.id, r.finished, r.outcome, p ->> 'name' AS plugin FROM runs r,
  jsonb_array_elements(CASE jsonb_typeof(r.plugins) WHEN 'array' THEN r.plugins ELSE '[]' END) p
  WHERE p -> 'capabilities' ? 'db.write')
)sql";

} // namespace

earlier_attempts::earlier_attempts(postgres::connection &session, const std::string &schema,
                                   const migration::version &half_way, bool up, const std::string &last)
    : c_(session), runs_(fmt::format(fmt::runtime(attempts), postgres::quote_identifier(schema), up ? "up" : "down")),
      schema_(postgres::quote_identifier(schema)), version_(half_way.text()), last_(last) {}

std::string earlier_attempts::stats() {
  const auto r =
      c_.query(runs_ + "SELECT s.value FROM runs r, jsonb_each(CASE jsonb_typeof(r.stats -> 'migrations')"
                       " WHEN 'object' THEN r.stats -> 'migrations' ELSE '{}' END) s"
                       " WHERE ltrim(s.key, '0') = ltrim($1, '0') ORDER BY r.ordinal DESC NULLS FIRST LIMIT 1",
               std::array{parameter(version_), parameter(last_)});
  return r.rows() > 0 ? std::string(r.text(0, 0)) : std::string();
}

std::vector<earlier_attempts::writer> earlier_attempts::writers() {
  const auto r = c_.query(
      runs_ + "SELECT h.plugin, h.handler, h.phase, sum(h.rows_affected)::bigint FROM writing w JOIN " + schema_ +
          ".hook_call h ON h.run = w.id AND h.plugin = w.plugin WHERE ltrim(h.migration, '0') = ltrim($1, '0')"
          " AND (h.outcome = 'ok' OR h.rows_affected > 0) GROUP BY h.plugin, h.handler, h.phase ORDER BY "
          "min(h.ordinal)",
      std::array{parameter(version_), parameter(last_)});
  std::vector<writer> out;
  for (int i = 0; i < r.rows(); ++i)
    out.push_back({std::string(r.text(i, 0)), std::string(r.text(i, 1)), std::string(r.text(i, 2)),
                   std::stoll(std::string(r.text(i, 3)))});
  return out;
}

bool earlier_attempts::writers_are_unknown() {
  return c_.query(runs_ + "SELECT FROM writing WHERE finished IS NULL OR outcome = 'lost' LIMIT 1",
                  std::array{parameter(version_), parameter(last_)})
             .rows() > 0;
}

} // namespace davit::ledger
