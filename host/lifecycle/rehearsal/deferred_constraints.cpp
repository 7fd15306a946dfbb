#include "lifecycle/rehearsal/deferred_constraints.hpp"

namespace davit::lifecycle {
namespace {

struct names {
  std::string all;      // that can be deferred
  std::string deferred; // of those, the ones that are so unless told otherwise
};

// A name may stand for several constraints of its schema; it can be deferred only if each of them can.
constexpr std::string_view query =
    "SELECT pg_catalog.string_agg(name, ', '), pg_catalog.string_agg(name, ', ') FILTER (WHERE waits AND every_one)"
    " FROM (SELECT pg_catalog.format('%I.%I', n.nspname, c.conname) AS name, pg_catalog.bool_or(c.condeferred) AS "
    "waits, pg_catalog.bool_and(c.condeferrable) AS every_one, pg_catalog.bool_or(c.condeferrable) AS any_one"
    " FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.connamespace"
    " WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)"
    " GROUP BY n.nspname, c.conname) x WHERE any_one";

names read(outbox &out) {
  names found;
  out.add(query, [&found](const postgres::result &r) {
    found = {std::string(r.text(0, 0)), std::string(r.text(0, 1))};
  });
  out.send();
  return found;
}

names check(outbox &out, const std::string &hint) {
  names found = read(out);
  if (!found.all.empty()) out.add("SET CONSTRAINTS " + found.all + " IMMEDIATE", {}, hint);
  return found;
}

} // namespace

void check_deferred(outbox &out, const std::string &hint) {
  check(out, hint);
  out.send();
}

void reset_deferred(outbox &out, const std::string &hint) {
  const names found = check(out, hint);
  if (!found.deferred.empty()) out.add("SET CONSTRAINTS " + found.deferred + " DEFERRED");
  out.send();
}

} // namespace davit::lifecycle
