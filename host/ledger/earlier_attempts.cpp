#include "ledger/earlier_attempts.hpp"

#include "ledger/edited.hpp"
#include "ledger/life_sign.hpp"
#include "ledger/or_null.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

using postgres::parameter;

// {0} is the schema, {1} the direction, {2} where a run is looked for that has told nobody yet, {3} whom it had called;
// $1 the version, $2 the last of them, which may have told nobody of it yet. Older ledgers do not name handlers.
constexpr const char *attempts = R"sql(
WITH attempts AS (
  SELECT $2::uuid AS run, NULL::bigint AS ordinal, true AS stopped
  UNION SELECT m.run, max(m.ordinal), bool_or(m.outcome IN ('partial', 'unknown')) FROM {0}.run_migration m WHERE ltrim(m.version, '0') = ltrim($1, '0')
    AND (m.outcome IN ('partial', 'unknown') OR to_jsonb(m) ->> 'handlers' <> '') AND m.direction = '{1}'
    AND m.ordinal > ALL (SELECT e.ordinal FROM {0}.run_migration e WHERE ltrim(e.version, '0') = ltrim($1, '0')
                           AND (e.outcome IN ('applied', 'reverted') OR e.outcome LIKE 'marked as %'))
    AND m.run IS DISTINCT FROM $2::uuid GROUP BY m.run{2}),
runs AS (SELECT r.*, a.ordinal, a.stopped, COALESCE((SELECT max(to_jsonb(m) ->> 'handlers') FROM {0}.run_migration m
           WHERE m.run = r.id AND ltrim(m.version, '0') = ltrim($1, '0')), {3}) AS called
  FROM attempts a JOIN {0}.run r ON r.id = a.run),
writing AS (SELECT r.id, p ->> 'name' AS plugin, r.called FROM runs r,
  jsonb_array_elements(CASE jsonb_typeof(r.plugins) WHEN 'array' THEN r.plugins ELSE '[]' END) p
  WHERE p -> 'capabilities' ? 'db.write')
)sql";

constexpr const char *untold_run = R"sql(
  UNION SELECT p.run, NULL, false FROM {0}.progress p WHERE ltrim(p.version, '0') = ltrim($1, '0') AND p.direction = '{1}'
    AND p.handlers <> '' AND p.run IS DISTINCT FROM $2::uuid AND {2} IS NULL
    AND NOT EXISTS (SELECT FROM {0}.run_migration m WHERE m.run = p.run AND m.version = p.version))sql";

constexpr const char *untold_call =
    "(SELECT p.handlers FROM {0}.progress p WHERE p.run = r.id AND ltrim(p.version, '0') = ltrim($1, '0'))";

// Nearly always there is none, and what follows is a lot to plan. {0} is the schema.
constexpr const char *any_called = R"sql(
SELECT FROM {0}.progress WHERE handlers <> ''
UNION ALL SELECT FROM {0}.run_migration WHERE handlers <> '' OR outcome = 'partial' LIMIT 1
)sql";

// {0} is the schema, {1} the pid of its run while that lives. A migration may have been given another zero since.
constexpr const char *called = R"sql(
SELECT DISTINCT ON (ltrim(n.version, '0'), n.direction) n.version, n.direction = 'up' FROM (
  SELECT p.version, p.direction FROM {0}.progress p WHERE p.handlers <> '' AND {1} IS NULL
  UNION ALL SELECT m.version, m.direction FROM {0}.run_migration m WHERE (m.handlers <> '' OR m.outcome = 'partial')
    AND NOT EXISTS (SELECT FROM {0}.run_migration e WHERE ltrim(e.version, '0') = ltrim(m.version, '0')
      AND e.ordinal > m.ordinal AND (e.outcome IN ('applied', 'reverted') OR e.outcome LIKE 'marked as %'))) n
ORDER BY ltrim(n.version, '0'), n.direction, n.version
)sql";

constexpr int names_handlers_since = 10;

std::string attempts_sql(const std::string &schema, int version, bool up) {
  const char *direction = up ? "up" : "down";
  const bool named = version >= names_handlers_since;
  return fmt::format(fmt::runtime(attempts), schema, direction,
                     named ? fmt::format(fmt::runtime(untold_run), schema, direction, pid_by_life_sign_sql("p.run"))
                           : std::string(),
                     named ? fmt::format(fmt::runtime(untold_call), schema) : "NULL");
}

// No more of it is going to be written.
std::string lost(const std::string &run) {
  return "(" + run + ".outcome = 'lost' OR " + run + ".finished IS NULL AND " + pid_by_life_sign_sql(run + ".id") +
         " IS NULL)";
}

} // namespace

earlier_attempts::earlier_attempts(postgres::connection &session, const std::string &schema, int version,
                                   const subject &about)
    : c_(session), runs_(attempts_sql(postgres::quote_identifier(schema), version, about.up)),
      schema_(postgres::quote_identifier(schema)), version_(about.id.text()), last_(about.last) {}

std::vector<earlier_attempts::subject> earlier_attempts::called_in(postgres::connection &session,
                                                                   const std::string &schema, int version) {
  std::vector<subject> out;
  if (version < names_handlers_since) return out;
  const std::string quoted = postgres::quote_identifier(schema);
  if (session.exec(fmt::format(fmt::runtime(any_called), quoted)).rows() == 0) return out;
  const auto r = session.exec(fmt::format(fmt::runtime(called), quoted, pid_by_life_sign_sql("p.run")));
  for (int i = 0; i < r.rows(); ++i)
    out.push_back({read_id(quoted + ".run_migration", std::string(r.text(i, 0))), r.text(i, 1) == "t"});
  std::sort(out.begin(), out.end(), [](const subject &a, const subject &b) { return a.id < b.id; });
  return out;
}

std::string earlier_attempts::stats() {
  const auto r = c_.query(
      runs_ + "SELECT s.value FROM runs r, jsonb_each(CASE jsonb_typeof(r.stats -> 'migrations')"
              " WHEN 'object' THEN r.stats -> 'migrations' ELSE '{}' END) s"
              " WHERE r.stopped AND ltrim(s.key, '0') = ltrim($1, '0') ORDER BY r.ordinal DESC NULLS FIRST LIMIT 1",
      std::array{parameter(version_), or_null(last_)});
  return r.rows() > 0 ? std::string(r.text(0, 0)) : std::string();
}

std::vector<earlier_attempts::writer> earlier_attempts::writers() {
  const auto r = c_.query(
      runs_ + "SELECT h.plugin, h.handler, h.phase, sum(h.rows_affected)::bigint FROM writing w JOIN " + schema_ +
          ".hook_call h ON h.run = w.id AND h.plugin = w.plugin WHERE ltrim(h.migration, '0') = ltrim($1, '0')"
          " AND (h.outcome = 'ok' OR h.rows_affected > 0) GROUP BY h.plugin, h.handler, h.phase ORDER BY "
          "min(h.ordinal)",
      std::array{parameter(version_), or_null(last_)});
  std::vector<writer> out;
  for (int i = 0; i < r.rows(); ++i)
    out.push_back({std::string(r.text(i, 0)), std::string(r.text(i, 1)), std::string(r.text(i, 2)),
                   std::stoll(std::string(r.text(i, 3)))});
  return out;
}

earlier_attempts::untold earlier_attempts::perhaps_written() {
  const auto r =
      c_.query(runs_ +
                   "SELECT (SELECT string_agg(n.name, ', ' ORDER BY n.place) FROM (SELECT h.name, min(h.place) AS"
                   " place FROM runs r, regexp_split_to_table(r.called, ', ') WITH ORDINALITY h (name, place)"
                   " WHERE h.name <> '' AND " +
                   lost("r") +
                   " GROUP BY h.name) n), NOT EXISTS (SELECT FROM writing w JOIN runs r USING (id)"
                   " WHERE w.called IS NULL AND " +
                   lost("r") + ")",
               std::array{parameter(version_), or_null(last_)});
  return {std::string(r.text(0, 0)), r.text(0, 1) == "t"};
}

} // namespace davit::ledger
