#include "lifecycle/kept_session/ask_session.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace davit::lifecycle {
namespace {

// Everything is qualified: search_path may be anyone's. No backslash stands in a literal: standard_conforming_strings
// may be off. Settings that a transaction has of its own are not the file's.
constexpr std::string_view own_names = "'{client_encoding,standard_conforming_strings,lock_timeout,statement_timeout,"
                                       "transaction_timeout,idle_session_timeout,idle_in_transaction_session_timeout}'";

std::string settings_sql(std::string_view compared) {
  return "SELECT name, setting, source FROM pg_catalog.pg_settings WHERE context OPERATOR(pg_catalog.=) ANY "
         "('{user,superuser}'::pg_catalog.text[]) AND name OPERATOR(pg_catalog.<>) ALL ('{application_name,"
         "transaction_isolation,transaction_read_only,transaction_deferrable}'::pg_catalog.text[]) AND name "
         "OPERATOR(pg_catalog." +
         std::string(compared) + " (" + std::string(own_names) + "::pg_catalog.text[])";
}

// In milliseconds, and sooner than pg_settings is read.
constexpr std::string_view timeout_sql =
    "SELECT (pg_catalog.date_part('epoch', pg_catalog.current_setting('statement_timeout')::pg_catalog.interval) "
    "OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8";

// What began with initdb has a lower oid. What a session begins with has names, too.
constexpr std::string_view code_sql = R"sql(
SELECT $2
UNION ALL SELECT pg_catalog.concat_ws(' ', prosrc, pg_catalog.array_to_string(proconfig, ' ')) FROM pg_catalog.pg_proc
  WHERE oid >= 16384
UNION ALL SELECT pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(polqual, polrelid),
  pg_catalog.pg_get_expr(polwithcheck, polrelid)) FROM pg_catalog.pg_policy
UNION ALL SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid >= 16384
UNION ALL SELECT pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE contype = 'c' AND oid >= 16384
UNION ALL SELECT pg_catalog.pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE tgqual IS NOT NULL
UNION ALL SELECT pg_catalog.array_to_string(setconfig, ' ') FROM pg_catalog.pg_db_role_setting
)sql";

// Those take locks on what they name.
constexpr std::string_view views_sql = R"sql(
SELECT $2 WHERE false
UNION ALL SELECT pg_catalog.pg_get_ruledef(oid) FROM pg_catalog.pg_rewrite WHERE oid >= 16384
UNION ALL SELECT pg_catalog.pg_get_functiondef(oid) FROM pg_catalog.pg_proc
  WHERE oid >= 16384 AND prosrc = '' AND prokind <> 'a'
)sql";

constexpr std::string_view name_pattern = R"(([[:alpha:]_][\w$]*(?:\.[[:alpha:]_][\w$]*)+))";

std::string tried_sql(std::string_view texts) {
  return "SELECT n.name, pg_catalog.current_setting(n.name, true) FROM (SELECT DISTINCT pg_catalog.lower(m[1]) AS name "
         "FROM (" +
         std::string(texts) +
         ") AS t (text), pg_catalog.regexp_matches(pg_catalog.replace(t.text, '\"', ''), $1, 'g') m) n WHERE n.name <> "
         "ALL (ARRAY(SELECT pg_catalog.lower(name) FROM pg_catalog.pg_settings)) AND "
         "pg_catalog.current_setting(n.name, true) <> ''";
}

// What nobody else sees of a session, and what is gone when it is. Of a serial column's sequence its table tells.
constexpr std::string_view objects_sql = R"sql(
SELECT CASE relkind WHEN 'v' THEN 'temporary view' WHEN 'S' THEN 'temporary sequence' WHEN 'c' THEN 'temporary type'
       ELSE 'temporary table' END AS kind, relname::text AS name
  FROM pg_catalog.pg_class c WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p', 'f', 'v', 'S', 'c')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
UNION ALL SELECT 'temporary type', typname FROM pg_catalog.pg_type
  WHERE typnamespace = pg_catalog.pg_my_temp_schema() AND typtype IN ('d', 'e', 'r')
UNION ALL SELECT 'temporary function', proname FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()
UNION ALL SELECT 'prepared statement', name FROM pg_catalog.pg_prepared_statements WHERE from_sql
UNION ALL SELECT 'cursor', name FROM pg_catalog.pg_cursors WHERE is_holdable
UNION ALL SELECT 'channel', c FROM pg_catalog.pg_listening_channels() c
UNION ALL SELECT 'advisory lock', 'pg_advisory_lock' || CASE mode WHEN 'ShareLock' THEN '_shared' ELSE '' END || '(' ||
    CASE objsubid WHEN 1 THEN key::text ELSE (key >> 32) || ', ' || (key << 32 >> 32) END || ')'
  FROM (SELECT *, (classid::pg_catalog.int8 << 32) | objid::pg_catalog.int8 AS key FROM pg_catalog.pg_locks) l
  WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid() AND granted
    AND NOT (objsubid = 1 AND key = $1::pg_catalog.int8)
ORDER BY 1, 2
)sql";

std::string show(postgres::connection &c, std::string_view name) {
  return std::string(
      c.query("SELECT pg_catalog.current_setting($1)", std::array{postgres::parameter(name)}).text(0, 0));
}

// What a database of another encoding may lack is in no name that matters.
std::string sendable(const postgres::connection &c, std::string_view text) {
  std::string out = to_utf8_text(text);
  if (!c.stores_utf8())
    std::replace_if(
        out.begin(), out.end(), [](char one) { return static_cast<unsigned char>(one) >= 128; }, '?');
  return out;
}

} // namespace

std::map<std::string, kept_session::setting> settings_of(postgres::connection &c) {
  std::map<std::string, kept_session::setting> out;
  const auto r = c.exec(settings_sql("<>) ALL"));
  for (int i = 0; i < r.rows(); ++i)
    out[std::string(r.text(i, 0))] = {std::string(r.text(i, 1)), std::string(r.text(i, 2))};
  return out;
}

std::map<std::string, kept_session::setting> settings_in_passing(postgres::connection &c) {
  const bool inside = c.transaction_status() == postgres::transaction_status::in_transaction;
  c.exec(std::string(inside ? "SAVEPOINT davit_look" : "BEGIN") +
         "; SET LOCAL client_encoding = 'UTF8'; SET LOCAL statement_timeout = 0");
  auto out = settings_of(c);
  c.exec(inside ? "ROLLBACK TO SAVEPOINT davit_look; RELEASE SAVEPOINT davit_look" : "ROLLBACK");
  return out;
}

std::map<std::string, std::string> own_settings_of(postgres::connection &c) {
  std::map<std::string, std::string> out;
  const auto r = c.exec(settings_sql("=) ANY"));
  for (int i = 0; i < r.rows(); ++i) out[std::string(r.text(i, 0))] = r.text(i, 1);
  return out;
}

std::map<std::string, std::string> own_settings(const config::database_settings &ours) {
  return {{"client_encoding", "UTF8"},
          {"standard_conforming_strings", "on"},
          {"lock_timeout", std::to_string(ours.lock_timeout.count())},
          {"statement_timeout", std::to_string(ours.statement_timeout.count())},
          {"transaction_timeout", "0"},
          {"idle_session_timeout", "0"},
          {"idle_in_transaction_session_timeout", "0"}};
}

named_settings settings_by_name(postgres::connection &c, std::string_view file) {
  named_settings out;
  const std::string text = sendable(c, file);
  for (const auto texts : {code_sql, views_sql}) {
    try {
      c.exec("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = 1000; SET LOCAL "
             "statement_timeout = 2000");
      const auto r =
          c.query(tried_sql(texts), std::array{postgres::parameter(name_pattern), postgres::parameter(text)});
      for (int i = 0; i < r.rows(); ++i) out.values[std::string(r.text(i, 0))] = r.text(i, 1);
    } catch (const postgres::server_error &e) {
      if (e.code == error_code::connection_lost) throw;
      out.not_asked += (out.not_asked.empty() ? "" : "; ") + e.message;
    }
    c.exec("ROLLBACK");
  }
  return out;
}

// Not every role is shown all settings.
kept_session ask_session(postgres::connection &c, const asked_about &what) {
  kept_session out;
  const std::string timeout(c.exec(timeout_sql).text(0, 0)); // which may be too short for more than that
  c.exec("SET statement_timeout = 0");
  auto own = own_settings_of(c);
  own["statement_timeout"] = timeout;
  const auto as_ours = own_settings(what.ours);
  c.exec("SET client_encoding = 'UTF8'; SET lock_timeout = 1000");
  out.user = show(c, "session_authorization");
  if (out.user == c.user()) out.user.clear();
  out.role = show(c, "role");
  c.exec("RESET SESSION AUTHORIZATION; RESET ROLE");
  out.settings = settings_of(c);
  for (const auto &[name, value] : own) out.settings[name] = {value, value == as_ours.at(name) ? "davit" : "session"};
  auto named = settings_by_name(c, what.file);
  for (auto &[name, value] : named.values)
    out.settings.try_emplace(name, kept_session::setting{std::move(value), "session"});
  out.not_asked = std::move(named.not_asked);
  c.exec("SET search_path = pg_catalog, pg_temp");
  const std::string key = std::to_string(what.work_lock);
  const auto r = c.query(objects_sql, std::array{postgres::parameter(key)});
  for (int i = 0; i < r.rows(); ++i) out.objects.push_back({std::string(r.text(i, 0)), std::string(r.text(i, 1))});
  out.asked_for_more = true;
  withhold_secrets(out);
  return out;
}

} // namespace davit::lifecycle
