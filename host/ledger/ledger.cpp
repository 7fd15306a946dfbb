#include "ledger/ledger.hpp"

#include "ledger/copy_text.hpp"
#include "ledger/edited.hpp"
#include "ledger/life_sign.hpp"
#include "ledger/or_null.hpp"
#include "ledger/progress.hpp"
#include "ledger/storable.hpp"
#include "ledger/strangers.hpp"
#include "ledger/tables.hpp"
#include "ledger/upgrade_rights.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

using postgres::parameter;

std::int64_t number(std::string_view text) {
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

// Rows mostly come as they were written, which is in order.
void sort_by_version(std::vector<migration::recorded> &all) {
  const auto less = [](const auto &a, const auto &b) { return a.id < b.id; };
  if (!std::is_sorted(all.begin(), all.end(), less)) std::sort(all.begin(), all.end(), less);
}

} // namespace

std::string ledger::table(std::string_view name) const {
  return postgres::quote_identifier(schema_) + "." + std::string(name);
}

std::optional<int> ledger::version() {
  if (!version_) version_ = read_version();
  return version_;
}

std::string ledger::every_table() const {
  std::string out;
  for (const char *name : {"hook_call", "run_migration", "progress", "migration", "run", "ledger"})
    out += (out.empty() ? "" : ", ") + table(name);
  return out;
}

std::optional<int> ledger::read_version() {
  const auto there = c_->query("SELECT pg_catalog.to_regclass($1)", std::array{parameter(table("ledger"))});
  if (there.is_null(0, 0)) return std::nullopt;
  const auto r = c_->exec("SELECT version FROM " + table("ledger"));
  if (r.rows() != 1)
    throw error(error_code::ledger_conflict,
                "table " + table("ledger") + " has " + std::to_string(r.rows()) + " rows instead of one",
                "is it davit's? [ledger] schema names another place" +
                    (r.rows() > 0 ? std::string()
                                  : "; where a dump without its data was restored: DROP TABLE " + every_table() +
                                        "; then davit baseline VERSION says which migrations are there"));
  const auto have = static_cast<int>(number(r.text(0, 0)));
  if (have < 1) throw edited(table("ledger"), "the version " + std::string(r.text(0, 0)));
  if (have > newest_version)
    throw error(error_code::ledger_conflict,
                "the ledger has version " + std::to_string(have) + ", this davit knows " +
                    std::to_string(newest_version),
                "use the newer davit that wrote it");
  return have;
}

void ledger::ensure() {
  const int have = version().value_or(0);
  if (have == newest_version) return;
  require_upgradable();
  try {
    c_->exec("BEGIN; " + ddl(*c_, have) + "COMMIT");
  } catch (const error &) {
    if (c_->transaction_status() != postgres::transaction_status::unknown) c_->exec("ROLLBACK");
    throw;
  }
  version_ = newest_version;
}

void ledger::require_upgradable() {
  const auto have = version();
  if (!have) {
    const std::string strangers = strangers_in(*c_, schema_);
    if (strangers.empty()) return;
    throw error(error_code::ledger_conflict,
                "davit's ledger cannot be made: there is something else named " + strangers,
                "set [ledger] schema to a schema of its own");
  }
  if (*have == newest_version) return;
  if (const auto obstacle = upgrade_obstacle_of(*c_, schema_, *have))
    throw error(error_code::ledger_conflict, obstacle->what,
                "let the owner of davit's tables run davit up once; or, as somebody who may: " + obstacle->sql);
}

void ledger::ensure_in(postgres::connection &session) {
  require_upgradable();
  session.exec(ddl(session, version().value_or(0)));
}

std::string ledger::ddl(postgres::connection &session, int have) const {
  const std::string schema = postgres::quote_identifier(schema_);
  std::string sql;
  // IF NOT EXISTS asks for the right to create it where it is there already, made by somebody who may.
  if (have == 0 && session.query("SELECT pg_catalog.to_regnamespace($1)", std::array{parameter(schema)}).is_null(0, 0))
    sql += "CREATE SCHEMA IF NOT EXISTS " + schema + "; ";
  if (have > 0 && ledger_lacks_identity(session, schema_))
    sql += "ALTER TABLE " + table("ledger") + " REPLICA IDENTITY FULL; ";
  for (; have < newest_version; ++have) sql += upgrade_sql(have, schema) + "; ";
  return sql;
}

std::vector<migration::recorded> ledger::read() {
  if (version().value_or(0) < 3) return read_rows();
  const auto open = progress(*c_, schema_).unsettled();
  auto out = read_rows(); // after those, so that none is missed which is settled meanwhile
  for (const auto &one : open) {
    const auto at = std::find_if(out.begin(), out.end(), [&](const auto &r) { return r.id == one.id; });
    if (at == out.end()) {
      out.push_back(one);
    } else if (at->run != one.run || (at->state == "partial" && one.state == "partial")) {
      const bool goes_on = one.session.json.empty() && (at->state == "partial" || at->state == "resumable") &&
                           at->up == one.up && at->session.after <= one.statements_done;
      auto session = goes_on ? std::move(at->session) : one.session;
      *at = one;
      at->session = std::move(session);
    }
  }
  sort_by_version(out);
  return out;
}

std::vector<migration::recorded> ledger::read_settled() {
  std::vector<migration::recorded> out;
  if (!version()) return out;
  const std::string from = table("migration");
  const auto r = c_->exec("SELECT version, name, state, up_checksum, down_checksum, verify_checksum FROM " + from);
  out.reserve(static_cast<std::size_t>(r.rows()));
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    out.push_back({read_id(from, text(0)),
                   text(1),
                   text(2),
                   text(3),
                   text(4),
                   text(5),
                   {},
                   {},
                   {},
                   0,
                   0,
                   true,
                   false,
                   {},
                   0,
                   {},
                   false,
                   {},
                   {},
                   false,
                   {}});
    const auto &one = out.back();
    require_known_state(from, one);
    if (one.state != "applied" && one.state != "reverted") return read_rows();
  }
  sort_by_version(out);
  return out;
}

std::vector<migration::recorded> ledger::read_rows() {
  std::vector<migration::recorded> out;
  const auto have = version();
  if (!have) return out;
  const std::string begun = *have < 3 ? "0" : "statements_begun";
  const std::string begun_checksum = *have < 4 ? "''" : "COALESCE(begun_checksum, '')";
  const std::string session = *have < 5 ? "'', 0" : "COALESCE(session_settings, ''), COALESCE(session_after, 0)";
  const std::string begun_failed = *have < 7 ? "false" : "begun_failed";
  const std::string begun_as = *have < 11 ? "''" : "COALESCE(begun_as, '')";
  const std::string done_checksum = *have < 2 ? "''" : "COALESCE(done_checksum, '')";
  const auto r = c_->exec("SELECT version, name, state, up_checksum, down_checksum, verify_checksum, "
                          "pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
                          "applied_by, run, duration_us, statements_done, direction, kind = 'baseline', " +
                          done_checksum + ", " + begun + ", " + begun_checksum + ", " + session + ", " + begun_failed +
                          ", " + begun_as + " FROM " + table("migration"));
  out.reserve(static_cast<std::size_t>(r.rows()));
  const std::string from = table("migration");
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    const auto count = [&](int column) { return read_count(from, r.text(i, column)); };
    out.push_back({read_id(from, text(0)),
                   text(1),
                   text(2),
                   text(3),
                   text(4),
                   text(5),
                   text(6),
                   text(7),
                   text(8),
                   number(r.text(i, 9)),
                   count(10),
                   r.text(i, 11) == "up",
                   r.text(i, 12) == "t",
                   text(13),
                   count(14),
                   text(15),
                   false,
                   {},
                   {text(16), count(17)},
                   r.text(i, 18) == "t",
                   text(19)});
    require_known_state(from, out.back());
  }
  sort_by_version(out);
  return out;
}

void ledger::start_run(const run_record &run) {
  const std::string started = std::to_string(run.started_us);
  std::array said{&run.environment, &run.host,       &run.os_user,     &run.hint,
                  &run.hint_owner,  &run.hint_token, &run.plugins_json};
  std::array<std::string, said.size()> kept;
  std::transform(said.begin(), said.end(), kept.begin(), [this](const std::string *s) { return storable(*c_, *s); });
  const auto &[environment, host, os_user, hint, hint_owner, hint_token, plugins] = kept;
  c_->query("INSERT INTO " + table("run") +
                " AS r (id, command, environment, started, host, os_user, davit_version, hint, hint_owner, hint_token, "
                "plugins)"
                " VALUES ($1, $2, $3, pg_catalog.to_timestamp($4::float8 / 1000000), $5, $6, $7, $8, $9, $10, $11)"
                // It may be there, with its answer lost.
                " ON CONFLICT (id) DO UPDATE SET command = r.command RETURNING " +
                give_life_sign_sql("id"),
            std::array{parameter(run.id), parameter(run.command), parameter(environment), parameter(started),
                       parameter(host), parameter(os_user), parameter(run.davit_version), parameter(hint),
                       parameter(hint_owner), parameter(hint_token), parameter(plugins)});
}

std::string ledger::finish_run(const std::string &run, const run_end &end) {
  const bool inside = c_->transaction_status() == postgres::transaction_status::in_transaction;
  try {
    set_end(run, end);
    return {};
  } catch (const postgres::server_error &e) {
    if (e.code == error_code::connection_lost || end.stats_json.empty() || inside) throw;
    set_end(run, {end.outcome, end.message, {}});
    return e.message;
  }
}

void ledger::set_end(const std::string &run, const run_end &end) {
  const std::string message = storable(*c_, end.message);
  const std::string stats = storable(*c_, end.stats_json);
  const auto r =
      c_->query("UPDATE " + table("run") +
                    " SET finished = clock_timestamp(), outcome = $2, message = $3, stats = $4 WHERE id = $1",
                std::array{parameter(run), parameter(end.outcome), or_null(message), or_null(stats)});
  if (r.rows_affected() != 1)
    throw error(error_code::ledger_conflict, "the row of run " + run + " is not in " + table("run") + " any more",
                "something else than davit changes the ledger's tables");
}

void ledger::add_hook_calls(const std::string &run, const std::vector<hook_call> &calls,
                            const std::vector<migration::version> &paid) {
  copy_text rows;
  for (const auto &h : calls) {
    rows.add(run);
    rows.add_or_null(h.migration);
    for (const auto *text : {&h.phase, &h.plugin, &h.handler, &h.outcome}) rows.add(*text);
    rows.add(static_cast<std::int64_t>(h.rows_affected));
    rows.add_time(h.started_us);
    rows.add(h.duration_us);
    rows.add_or_null(h.message);
    rows.end_row();
  }
  c_->send(hook_calls_sql(run, !calls.empty(), paid), storable(*c_, rows.text()));
}

std::size_t ledger::count_hook_calls(const std::string &run) {
  const auto r =
      c_->exec("SELECT count(*) FROM " + table("hook_call") + " WHERE run = " + postgres::quote_literal(run));
  return std::stoul(std::string(r.text(0, 0)));
}

void ledger::rehearse_hook_calls_in(postgres::connection &session, const std::string &run, bool any,
                                    const std::vector<migration::version> &paid) const {
  session.exec_statement(hook_calls_sql(run, any, paid));
}

// Several statements that are one transaction.
std::string ledger::hook_calls_sql(const std::string &run, bool any,
                                   const std::vector<migration::version> &paid) const {
  std::string sql = "SELECT set_config('synchronous_commit', 'off', true)";
  if (any)
    sql +=
        "; COPY " + table("hook_call") +
        " (run, migration, phase, plugin, handler, outcome, rows_affected, started, duration_us, message) FROM stdin";
  for (const auto &id : paid)
    sql += "; UPDATE " + table("run_migration") +
           " SET owes_hooks = false WHERE run = " + postgres::quote_literal(run) +
           " AND version = " + postgres::quote_literal(id.text()) + " AND owes_hooks";
  return sql;
}

bool ledger::left_unsettled() {
  return c_->exec("SELECT EXISTS (SELECT FROM " + table("progress") + ") OR EXISTS (SELECT FROM " + table("run") +
                  " WHERE finished IS NULL) OR EXISTS (SELECT FROM " + table("run_migration") + " WHERE owes_hooks)")
             .text(0, 0) == "t";
}

std::vector<open_end> ledger::read_open_ends() {
  std::vector<open_end> out;
  const auto r = c_->exec(
      "SELECT r.id, r.command, to_char(r.started AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
      " r.os_user, r.host, r.finished IS NOT NULL, " +
      pid_by_life_sign_sql("r.id") + ", m.version || CASE WHEN m.name = '' THEN '' ELSE '_' || m.name END FROM " +
      table("run") + " r LEFT JOIN " + table("run_migration") +
      " m ON m.run = r.id AND m.owes_hooks WHERE r.finished IS NULL OR m.run IS NOT NULL"
      " ORDER BY r.started, r.id, m.ordinal");
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    if (out.empty() || out.back().id != r.text(i, 0))
      out.push_back({text(0), text(1), text(2), text(3), text(4), r.text(i, 5) == "t", text(6), {}});
    if (!r.is_null(i, 7)) out.back().owed.push_back(text(7));
  }
  return out;
}

std::vector<open_end> ledger::open_ends() {
  return look_twice([this] { return read_open_ends(); },
                    [](const std::vector<open_end> &all) {
                      std::set<std::string> dead;
                      for (const auto &r : all)
                        if (!r.finished && r.pid.empty()) dead.insert(r.id);
                      return dead;
                    });
}

void ledger::settle_open_ends() { settle_open_ends_in(*c_); }

// One message, and so one transaction.
void ledger::settle_open_ends_in(postgres::connection &session) const {
  session.exec("UPDATE " + table("run_migration") + " SET owes_hooks = false WHERE owes_hooks; UPDATE " + table("run") +
               " SET finished = clock_timestamp(), outcome = 'lost', message = 'it was killed, crashed, or lost the "
               "database' WHERE finished "
               "IS NULL");
}

void ledger::forget_session(const migration::version &id) {
  c_->query("UPDATE " + table("migration") +
                " SET session_settings = NULL, session_after = NULL WHERE ltrim(version, '0') = ltrim($1, '0')",
            std::array{parameter(id.text())});
}

void ledger::set_state(const migration::version &id, const std::string &state) {
  if (state != "resumable") forget_session(id);
  c_->query("UPDATE " + table("migration") + " SET state = $2 WHERE ltrim(version, '0') = ltrim($1, '0')",
            std::array{parameter(id.text()), parameter(state)});
}

void ledger::set_stop(const migration::version &id, std::uint32_t done, const std::string &done_checksum) {
  const std::string count = std::to_string(done);
  c_->query(
      "UPDATE " + table("migration") +
          " SET statements_done = $2::integer, statements_begun = $2::integer, done_checksum = $3,"
          " begun_checksum = NULL, begun_failed = false, session_settings = CASE WHEN session_after <= $2::integer "
          "THEN session_settings"
          " END, session_after = CASE WHEN session_after <= $2::integer THEN session_after END WHERE ltrim(version, "
          "'0') = ltrim($1, '0')",
      std::array{parameter(id.text()), parameter(count), parameter(done_checksum)});
}

void ledger::add_remark(const std::string &run, const migration::recorded &about, const std::string &outcome,
                        const std::string &message) {
  const std::string said = storable(*c_, message);
  c_->query(
      "INSERT INTO " + table("run_migration") +
          " (run, version, name, direction, outcome, duration_us, message) VALUES ($1::uuid, $2, $3, $4, $5, 0, $6)",
      std::array{parameter(run), parameter(about.id.text()), parameter(about.name), parameter(about.up ? "up" : "down"),
                 parameter(outcome), or_null(said)});
}

void ledger::set_checksums(const migration::version &id, const migration::checksums &files) {
  c_->query("UPDATE " + table("migration") +
                " SET up_checksum = $2, down_checksum = $3, verify_checksum = $4 WHERE pg_catalog.ltrim(version, '0') "
                "OPERATOR(pg_catalog.=) pg_catalog.ltrim($1, '0')",
            std::array{parameter(id.text()), or_null(files.up), or_null(files.down), or_null(files.verify)});
}

std::vector<run_summary> ledger::runs(std::uint32_t most) {
  std::vector<run_summary> out;
  if (!version()) return out;
  const std::string limit = std::to_string(most);
  const auto r = c_->query("SELECT id, command, environment, pg_catalog.to_char(started AT TIME ZONE 'UTC', "
                           "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
                           " pg_catalog.to_char(finished AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
                           "outcome, message, os_user, host, davit_version,"
                           " (SELECT count(*) FROM " +
                               table("run_migration") + " m WHERE m.run = r.id) FROM " + table("run") +
                               " r ORDER BY started DESC, id LIMIT $1::bigint",
                           std::array{parameter(limit)});
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = [&](int column) { return std::string(r.text(i, column)); };
    out.push_back({text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7), text(8), text(9),
                   number(r.text(i, 10))});
  }
  return out;
}

std::optional<std::string> ledger::run_as_json(const std::string &id) {
  if (!version()) return std::nullopt;
  const auto found = c_->query("SELECT id FROM " + table("run") + " WHERE pg_catalog.starts_with(id::text, $1) LIMIT 2",
                               std::array{parameter(id)});
  if (found.rows() == 0) return std::nullopt;
  if (found.rows() > 1) throw error(error_code::usage, "several runs begin with '" + id + "'", "give more of its id");
  const std::string whole(found.text(0, 0));
  const auto r = c_->query(
      "SELECT pg_catalog.jsonb_build_object('run', pg_catalog.to_jsonb(r), 'migrations',"
      " COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) - 'run' ORDER BY m.ordinal) FROM " +
          table("run_migration") +
          " m WHERE m.run = r.id), '[]'),"
          " 'hook_calls', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(h) - 'run' ORDER BY h.ordinal) "
          "FROM " +
          table("hook_call") + " h WHERE h.run = r.id), '[]')) FROM " + table("run") + " r WHERE r.id = $1::uuid",
      std::array{parameter(whole)});
  return std::string(r.text(0, 0));
}

} // namespace davit::ledger
