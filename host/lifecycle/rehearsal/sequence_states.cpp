#include "lifecycle/rehearsal/sequence_states.hpp"

namespace davit::lifecycle {
namespace {

constexpr int most = 500; // in one statement

// Not pg_sequences, which does not show what setval() of an unused one does.
constexpr std::string_view list =
    "SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN "
    "pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE NOT "
    "pg_catalog.pg_is_other_temp_schema(n.oid) AND CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'S' THEN "
    "pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT') END "
    "ORDER BY 2";

void read_values(postgres::connection &c, const std::string &sql, sequence_states &into) {
  const auto r = c.exec(sql);
  for (int i = 0; i < r.rows(); ++i)
    into.at(std::string(r.text(i, 0))).value =
        std::string(r.text(i, 1)) + (r.text(i, 2) == "t" ? "" : ", not used yet");
}

} // namespace

sequence_states read_sequences(postgres::connection &c) {
  sequence_states out;
  const auto r = c.exec(list);
  std::string sql;
  for (int i = 0; i < r.rows(); ++i) {
    const std::string oid(r.text(i, 0));
    const std::string name(r.text(i, 1));
    out.emplace(oid, sequence_state{name, {}});
    sql += (sql.empty() ? "SELECT " : " UNION ALL SELECT ") + oid + ", last_value, is_called FROM " + name;
    if ((i + 1) % most != 0 && i + 1 != r.rows()) continue;
    read_values(c, sql, out);
    sql.clear();
  }
  return out;
}

std::vector<sequence_trace> moved(const sequence_states &before, const sequence_states &after) {
  std::vector<sequence_trace> out;
  for (const auto &[oid, was] : before)
    if (const auto is = after.find(oid); is != after.end() && is->second.value != was.value)
      out.push_back({is->second.name, was.value, is->second.value});
  return out;
}

} // namespace davit::lifecycle
