#include "audit_table.hpp"

namespace audit_log {
namespace {

// NULL for an empty text.
std::optional<std::string> given(const std::string &text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

} // namespace

void audit_table::refuse_to_create() const {
  throw davit::error("the audit table " + quoted() + " does not exist; create it, or set create_table = true");
}

void audit_table::ensure(const davit::connection &db) const {
  if (db.query("SELECT to_regclass($1::text) IS NOT NULL", quoted()).scalar<bool>()) return;
  if (!create_) refuse_to_create();
  db.query("CREATE TABLE IF NOT EXISTS " + quoted() + R"( (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run           uuid NOT NULL,
  version       text NOT NULL,
  name          text NOT NULL,
  direction     text NOT NULL,
  environment   text NOT NULL,
  database_user text NOT NULL,
  checksum      text NOT NULL,
  outcome       text NOT NULL,
  sqlstate      text,
  error         text,
  hint_owner    text,
  hint          text,
  started_at    timestamptz,
  finished_at   timestamptz
))");
}

void audit_table::foresee(const davit::connection &db) const {
  const std::string as_it_is = " as the database is before this migration";
  const auto exists = db.query("SELECT to_regnamespace($1::text) IS NOT NULL", name_.quoted_schema()).scalar<bool>();
  if (!exists) throw davit::error("schema " + name_.quoted_schema() + " of the audit table does not exist," + as_it_is);
  if (db.query("SELECT to_regclass($1::text) IS NULL", quoted()).scalar<bool>()) {
    if (!create_) refuse_to_create();
    if (!db.query("SELECT has_schema_privilege(to_regnamespace($1::text), 'CREATE')", name_.quoted_schema())
             .scalar<bool>())
      throw davit::error("the audit table " + quoted() + " cannot be created: this role has no right to create in " +
                         name_.quoted_schema() + as_it_is);
    return;
  }
  if (!db.query("SELECT bool_and(has_any_column_privilege(to_regclass($1::text), r)) FROM "
                "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) r",
                quoted())
           .scalar<bool>())
    throw davit::error("the audit table " + quoted() + " cannot be written to: it takes SELECT, INSERT and UPDATE," +
                       as_it_is);
}

std::int64_t audit_table::begin(const davit::context &cx, const davit::connection &db) const {
  return insert(cx, db, {"started", std::nullopt, std::nullopt}, "RETURNING id").scalar<std::int64_t>();
}

void audit_table::record(const davit::context &cx, const davit::connection &db, const outcome &o) const {
  insert(cx, db, o, "");
}

davit::result audit_table::insert(const davit::context &cx, const davit::connection &db, const outcome &o,
                                  const std::string &returning) const {
  ensure(db);
  const davit::run run = cx.run();
  const davit::migration m = cx.migration();
  const bool finished = o.word != "started";
  // The server's clock tells both times. Transaction mode knows the start only as so many milliseconds ago.
  const auto elapsed_ms = finished ? cx.info<std::int64_t>("migration.elapsed_ms") : std::optional<std::int64_t>(0);
  return db.query("INSERT INTO " + quoted() + R"( (run, version, name, direction, environment, database_user, checksum,
  outcome, sqlstate, error, hint_owner, hint, started_at, finished_at)
VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
  clock_timestamp() - $13::bigint * interval '1 millisecond', CASE WHEN $14::boolean THEN clock_timestamp() END) )" +
                      returning,
                  run.id, m.version, m.name, m.up ? "up" : "down", run.environment, run.user, m.checksum, o.word,
                  o.sqlstate, o.error, given(run.hint_owner), given(run.hint), elapsed_ms, finished);
}

void audit_table::finish(const davit::connection &db, std::int64_t id, const outcome &o) const {
  const auto updated = db.query("UPDATE " + quoted() +
                                    " SET outcome = $2, sqlstate = $3, error = $4, finished_at = clock_timestamp()"
                                    " WHERE id = $1::bigint",
                                id, o.word, o.sqlstate, o.error);
  if (updated.rows_affected() != 1)
    throw davit::error("the row of this migration (id " + std::to_string(id) + ") is no longer in " + quoted());
}

} // namespace audit_log
