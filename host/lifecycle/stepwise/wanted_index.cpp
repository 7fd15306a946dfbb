#include "lifecycle/stepwise/wanted_index.hpp"

#include "lifecycle/supervision/interrupt.hpp"

#include <array>
#include <optional>
#include <vector>

namespace davit::lifecycle {
namespace {

// All that a definition has but the names; the last column is the definition for people. Numbers of columns do not
// count: the copy has no dropped ones.
constexpr const char *shape_sql = R"sql(
SELECT x.indisunique, to_jsonb(x) ->> 'indnullsnotdistinct', i.relam, x.indnkeyatts, x.indclass, x.indcollation,
  x.indoption, i.reloptions, pg_get_expr(x.indpred, x.indrelid),
  (SELECT array_agg(pg_get_indexdef(i.oid, k, false) ORDER BY k) FROM generate_series(1, x.indnatts::integer) k),
  (SELECT array_agg(a.attoptions::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.oid),
  pg_get_indexdef(i.oid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE i.relname = $3 AND t.relname = $2
  AND CASE WHEN $1 = '' THEN n.oid = pg_my_temp_schema() ELSE n.nspname = $1 END
)sql";

struct shape {
  std::vector<std::optional<std::string>> values;
  std::string definition;
};

// `schema` empty: that of the session's temporary tables.
std::optional<shape> shape_of(postgres::connection &c, const std::string &schema, const index_scope::place &at) {
  const auto r = c.query(
      shape_sql, std::array{postgres::parameter(schema), postgres::parameter(at.table), postgres::parameter(at.index)});
  if (r.rows() != 1) return std::nullopt;
  shape out;
  const int last = r.columns() - 1;
  for (int i = 0; i < last; ++i)
    out.values.push_back(r.is_null(0, i) ? std::nullopt : std::optional<std::string>(r.text(0, i)));
  out.definition = r.text(0, last);
  return out;
}

// Of the same name, since expressions may say it.
void build_on_copy(postgres::connection &c, const index_scope &scope) {
  const auto at = scope.where();
  const std::string table = postgres::quote_identifier(at.table);
  const std::string copy = "pg_temp." + table;
  c.exec("CREATE TEMPORARY TABLE " + table + " (LIKE " + postgres::quote_identifier(at.schema) + "." + table + ")");
  c.exec_statement(std::string("CREATE ") + (scope.statement().unique ? "UNIQUE " : "") + "INDEX " +
                   postgres::quote_identifier(at.index) + " ON " + copy + " " + scope.statement().definition);
}

bool is_about_this(const postgres::server_error &e) {
  return e.code != error_code::connection_lost && !tells_to_stop(e.code) &&
         e.sqlstate != postgres::sqlstate::lock_not_available && e.sqlstate != postgres::sqlstate::query_canceled;
}

wanted_index compare(postgres::connection &c, const index_scope &scope) {
  std::string why;
  try {
    build_on_copy(c, scope);
  } catch (const postgres::server_error &e) {
    if (!is_about_this(e)) throw;
    why = "on a copy of its table the server says: " + e.message;
    c.exec("ROLLBACK; BEGIN");
  }
  c.exec("SET LOCAL search_path = pg_catalog, pg_temp"); // names are written out in full, here and there
  const auto there = shape_of(c, scope.where().schema, scope.where());
  if (!there) return {wanted_index::likeness::unknown, "it is gone again", "somebody changes it at this moment"};
  const auto wanted = why.empty() ? shape_of(c, {}, scope.where()) : std::nullopt;
  if (!wanted) return {wanted_index::likeness::unknown, there->definition, why};
  const bool same = wanted->values == there->values;
  return {same ? wanted_index::likeness::same : wanted_index::likeness::different, there->definition, {}};
}

} // namespace

wanted_index compare_with_wanted(postgres::connection &c, const index_scope &scope) {
  c.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL client_min_messages = error");
  try {
    auto out = compare(c, scope);
    c.exec("ROLLBACK");
    return out;
  } catch (const error &) {
    if (c.alive()) c.exec("ROLLBACK");
    throw;
  }
}

} // namespace davit::lifecycle
