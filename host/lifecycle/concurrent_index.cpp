#include "lifecycle/concurrent_index.hpp"

#include "postgres/invalid_indexes.hpp"
#include "sql/index_statement.hpp"

#include <array>
#include <vector>

namespace davit::lifecycle {
namespace {

std::string joined(const std::vector<std::string> &parts) {
  std::string out;
  for (const auto &p : parts) out += (out.empty() ? "" : ".") + postgres::quote_identifier(p);
  return out;
}

std::vector<postgres::invalid_index> leftovers_of(postgres::connection &c, const sql::index_statement &st) {
  auto all = postgres::invalid_indexes(c);
  std::erase_if(all, [&](const auto &one) { return !sql::may_leave(st, one.table, one.name); });
  return all;
}

enum class validity { absent, invalid, valid };

validity validity_of(postgres::connection &c, const sql::index_statement &st) {
  if (st.index.empty() || st.table.empty()) return validity::absent;
  const std::string table = joined(st.table);
  const auto r = c.query("SELECT x.indisvalid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON"
                         " i.oid OPERATOR(pg_catalog.=) x.indexrelid WHERE x.indrelid OPERATOR(pg_catalog.=)"
                         " pg_catalog.to_regclass($1) AND i.relname OPERATOR(pg_catalog.=) $2",
                         std::array{postgres::parameter(table), postgres::parameter(st.index.back())});
  if (r.rows() == 0) return validity::absent;
  return r.text(0, 0) == "t" ? validity::valid : validity::invalid;
}

} // namespace

bool concurrent_index_is_there(postgres::connection &c, const migration::statement &st, bool same, observer &show) {
  const auto what = sql::read_concurrent_index(st.text);
  if (!what) return false;
  if (same && !what->rebuilds && validity_of(c, *what) == validity::valid) {
    show.warning("index " + joined(what->index) +
                 " is there and valid: the statement that ran when the last run ended "
                 "was completed");
    return true;
  }
  for (const auto &one : leftovers_of(c, *what)) {
    if (!what->rebuilds && what->index.empty()) { // the server chose its name: it may be anyone's
      show.warning("index " + one.quoted() +
                   " is INVALID, perhaps left by the statement that is run again now: " + one.drop_sql());
      continue;
    }
    const std::string timeout(c.exec("SELECT pg_catalog.current_setting('lock_timeout')").text(0, 0));
    c.exec("SET lock_timeout = 0"); // struck, it would leave the index as it is
    c.exec(one.drop_sql());
    c.exec("SET lock_timeout = " + postgres::quote_literal(timeout));
    show.warning("index " + one.quoted() + ", left INVALID by an earlier attempt, was dropped");
  }
  return false;
}

void require_valid_index(postgres::connection &c, const migration::script &s, const migration::statement &st) {
  const auto what = sql::read_concurrent_index(st.text);
  if (!what || what->rebuilds || validity_of(c, *what) != validity::invalid) return;
  error e(error_code::invalid_index,
          "index " + joined(what->index) + " exists, but is INVALID: the server does not use it",
          "drop it, so that the statement can build it", place_in(s, st, 0));
  e.excerpt = excerpt(s, e.where);
  throw error(std::move(e));
}

bool add_leftovers(postgres::connection &c, const std::string &version, const migration::statement &st, error &e) try {
  const auto what = sql::read_concurrent_index(st.text);
  if (!what) return false;
  const auto all = leftovers_of(c, *what);
  if (all.empty()) return false;
  std::string names, drops;
  for (const auto &one : all) {
    names += (names.empty() ? "" : ", ") + one.quoted();
    drops += (drops.empty() ? "" : " ") + one.drop_sql();
  }
  e.hint += (e.hint.empty() ? "" : "; ") +
            ("index " + names +
             " is left INVALID: when what was in the way is gone, davit "
             "repair " +
             version + " --resume, and davit will drop it before it runs the statement again; by hand: " + drops);
  return true;
} catch (const error &second) {
  e.hint +=
      (e.hint.empty() ? "" : "; ") + ("whether an INVALID index is left could not be found out: " + second.message);
  return true;
}

} // namespace davit::lifecycle
