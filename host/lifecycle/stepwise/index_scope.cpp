#include "lifecycle/stepwise/index_scope.hpp"

#include <algorithm>
#include <array>

namespace davit::lifecycle {
namespace {

using postgres::parameter;
using verb = sql::index_statement::verb;

// The server cuts, folds and decodes names: its own answer to a name as a label is what it takes it for. It says no
// word about cutting one here, as it will when the statement runs.
std::vector<std::string> read_by_server(postgres::connection &c, const std::vector<std::string> &written) {
  std::vector<std::string> out;
  for (const auto &name : written) out.emplace_back(c.exec("SELECT NULL AS " + name).column_name(0));
  return out;
}

std::string joined(const std::vector<std::string> &parts) {
  std::string out;
  for (const auto &p : parts) out += (out.empty() ? "" : ".") + postgres::quote_identifier(p);
  return out;
}

// $1 is what is rebuilt. Partitioned ones stand for all of their partitions, a table also for its TOAST table.
constexpr const char *of_index = R"sql(
WITH r AS (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS o
           UNION SELECT relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)))
SELECT x.indrelid, i.relname FROM r JOIN pg_catalog.pg_index x ON x.indexrelid OPERATOR(pg_catalog.=) r.o
JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) r.o
)sql";

constexpr const char *of_table = R"sql(
r AS (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS o
      UNION SELECT relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)))
)sql";

constexpr const char *of_schema = R"sql(
r AS (SELECT t.oid AS o FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n
      ON n.oid OPERATOR(pg_catalog.=) t.relnamespace WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name)
)sql";

constexpr const char *of_database = R"sql(
r AS (SELECT t.oid AS o FROM pg_catalog.pg_class t WHERE $1::pg_catalog.text IS NOT NULL)
)sql";

constexpr const char *indexes_of_tables = R"sql(
, all_of_them AS (SELECT o FROM r UNION SELECT t.reltoastrelid FROM pg_catalog.pg_class t JOIN r
                  ON r.o OPERATOR(pg_catalog.=) t.oid)
SELECT x.indrelid, i.relname FROM all_of_them a JOIN pg_catalog.pg_index x ON x.indrelid OPERATOR(pg_catalog.=) a.o
JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) x.indexrelid
)sql";

} // namespace

std::optional<index_scope> index_scope::of(postgres::connection &c, std::string_view statement,
                                           const std::vector<std::string> &setup) {
  auto read = sql::read_concurrent_index(statement);
  if (!read) return std::nullopt;
  index_scope out(std::move(*read));
  c.exec("BEGIN READ ONLY; SET LOCAL client_min_messages = error; SET LOCAL statement_timeout = 0");
  bool found = false;
  try {
    for (const auto &sql : setup) c.exec(sql);
    found = out.resolve(c);
  } catch (const postgres::server_error &e) {
    if (!e.sqlstate.starts_with("42") && !e.sqlstate.starts_with("22")) throw; // it is not about a name
  }
  c.exec("ROLLBACK");
  if (!found) return std::nullopt;
  return out;
}

bool index_scope::resolve(postgres::connection &c) {
  const auto subject = read_by_server(c, statement_.subject);
  if (statement_.rebuilds()) {
    resolve_rebuilt(c, statement_.what == verb::reindex_schema && !subject.empty() ? subject.front() : joined(subject));
    return !rebuilt_.empty();
  }
  if (const auto index = read_by_server(c, statement_.index); !index.empty()) name_ = index.back();
  return resolve_table(c, joined(subject));
}

bool index_scope::resolve_table(postgres::connection &c, const std::string &name) {
  const auto r =
      c.query("SELECT t.oid, n.nspname, t.relname FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid"
              " OPERATOR(pg_catalog.=) t.relnamespace WHERE t.oid OPERATOR(pg_catalog.=)"
              " pg_catalog.to_regclass($1)",
              std::array{parameter(name)});
  if (r.rows() == 0) return false;
  table_oid_ = r.text(0, 0);
  schema_ = r.text(0, 1);
  table_ = r.text(0, 2);
  return true;
}

void index_scope::resolve_rebuilt(postgres::connection &c, const std::string &name) {
  std::string sql = of_index;
  if (statement_.what != verb::reindex_index)
    sql = std::string("WITH ") +
          (statement_.what == verb::reindex_table    ? of_table
           : statement_.what == verb::reindex_schema ? of_schema
                                                     : of_database) +
          indexes_of_tables;
  const auto r = c.query(sql, std::array{parameter(name)});
  for (int i = 0; i < r.rows(); ++i) rebuilt_.push_back({std::string(r.text(i, 0)), std::string(r.text(i, 1))});
}

std::string index_scope::quoted() const {
  return postgres::quote_identifier(schema_) + "." + postgres::quote_identifier(name_);
}

bool index_scope::has(const postgres::invalid_index &one) const {
  if (!statement_.rebuilds())
    return one.table_oid == table_oid_ && (name_.empty() || (one.name == name_ && one.schema == schema_));
  return std::any_of(rebuilt_.begin(), rebuilt_.end(), [&](const member &m) {
    return m.table_oid == one.table_oid && sql::is_left_of_rebuilding(one.name, m.index);
  });
}

std::vector<postgres::invalid_index> index_scope::invalid(postgres::connection &c) const {
  auto all = postgres::invalid_indexes(c);
  std::erase_if(all, [this](const auto &one) { return !has(one); });
  return all;
}

index_scope::validity index_scope::state(postgres::connection &c) const {
  const auto r =
      c.query("SELECT x.indisvalid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON"
              " i.oid OPERATOR(pg_catalog.=) x.indexrelid WHERE x.indrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid"
              " AND i.relname OPERATOR(pg_catalog.=) $2",
              std::array{parameter(table_oid_), parameter(name_)});
  if (r.rows() == 0) return validity::absent;
  return r.text(0, 0) == "t" ? validity::valid : validity::invalid;
}

} // namespace davit::lifecycle
