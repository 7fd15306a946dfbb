#include "lifecycle/lost_with_session.hpp"

#include "lifecycle/kept_session.hpp"
#include "migration/session_effects.hpp"
#include "sql/called_names.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace davit::lifecycle {
namespace {

// Whether a routine itself sets something for the session or makes something temporary, and whether that is more than
// settings that the server shows; told by words, so rather one too many. SET LOCAL ends with the transaction. A body in
// standard SQL has no text of its own.
constexpr std::string_view routines_sql = R"sql(
SELECT name, body,
  configured ~* 'set_config\s*\('
  OR body ~* (begins || '(reset\M|discard\M|set\s+(session\s+)?(?!(local|transaction|constraints)\M)\S+)') OR makes,
  configured ~* 'set_config\s*\(\s*(?!\s*e?''[^''.]*'')'
  OR body ~* (begins || 'set\s+(session\s+)?["\w]+\.') OR makes
FROM (SELECT name, body,
    '(^|;|\m(begin|then|else|loop)\M|\mexecute\s*\(?\s*(format\s*\(\s*)?(e?''|\$\w*\$))\s*' AS begins,
    regexp_replace(body, 'set_config\s*\([^;]*?,\s*(is_local\s*(=>|:=)\s*)?true\s*\)', '', 'gi') AS configured,
    body ~* '\mcreate\s+((global|local)\s+)?temp(orary)?\M' AND body !~* 'on\s+commit\s+drop' AS makes
  FROM (SELECT p.proname AS name,
      CASE WHEN p.prosrc = '' AND p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END AS body
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname = ANY ($1::text[]) AND l.lanname NOT IN ('internal', 'c')
      AND p.pronamespace <> 'pg_catalog'::regnamespace) routine) read
)sql";

// An array, of those that every encoding of a database has.
std::string array_of(const std::set<std::string> &names) {
  std::string all;
  for (const auto &name : names) {
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 128; })) continue;
    all += all.empty() ? "\"" : ",\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') all += '\\';
      all += c;
    }
    all += '"';
  }
  return "{" + all + "}";
}

struct routine {
  bool sets = false;
  bool sets_more = false; // than what is kept
  std::set<std::string> calls;
};

using routines = std::map<std::string, routine>;

// Those that are called, and what they call in turn.
routines routines_behind(postgres::connection &c, std::set<std::string> names) {
  routines all;
  while (!names.empty()) {
    const std::string asked = array_of(names);
    const auto r = c.query(routines_sql, std::array{postgres::parameter(asked)});
    for (const auto &name : names) all[name];
    names.clear();
    for (int i = 0; i < r.rows(); ++i) {
      routine &one = all[std::string(r.text(i, 0))]; // several may have the name
      one.sets = one.sets || r.text(i, 2) == "t";
      one.sets_more = one.sets_more || r.text(i, 3) == "t";
      for (auto &called : sql::called_names(r.text(i, 1))) {
        if (!all.contains(called)) names.insert(called);
        one.calls.insert(std::move(called));
      }
    }
  }
  return all;
}

// By themselves, or by what they call.
std::set<std::string> setters_among(const routines &all, bool routine::*sets_itself) {
  std::set<std::string> out;
  const auto sets = [&](const routine &one) {
    return one.*sets_itself ||
           std::any_of(one.calls.begin(), one.calls.end(), [&](const auto &name) { return out.contains(name); });
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto &[name, one] : all)
      if (sets(one)) more = out.insert(name).second || more;
  }
  return out;
}

std::string gone(const migration::script &s, std::size_t i, const std::string &what, bool settings_are_kept) {
  return to_string(migration::place_in(s, s.statements[i], 0)) + ": what " + what +
         " may have left in its session (a temporary table, a cursor, a setting" +
         (settings_are_kept ? " of a name with a dot" : "") +
         ") is gone, and what follows the stop runs without it: repeat it there if it is needed";
}

// ALTER DATABASE or ALTER ROLE … SET.
bool changes_new_sessions(const migration::statement &st) {
  sql::token_reader reader(st.text);
  if (!reader.accept("alter")) return false;
  const bool database = reader.accept("database");
  if (!database && !reader.accept("role") && !reader.accept("user")) return false;
  reader.advance(); // a name
  if (reader.accept({"in", "database"})) reader.advance();
  if (reader.accept("set")) return !database || !reader.is("tablespace");
  return reader.is("reset");
}

std::string begun_otherwise(const migration::script &s, std::size_t i) {
  return to_string(migration::place_in(s, s.statements[i], 0)) +
         ": with this statement sessions begin otherwise than the one that stopped did, and so does the one that goes "
         "on: set what is needed behind the stop";
}

} // namespace

std::vector<std::string> lost_with_session(postgres::connection &c, const migration::script &s, std::size_t count,
                                           const migration::kept_settings &kept) {
  const auto effects = migration::session_effects_of_first(s, count);
  const auto is_kept = [&kept](std::size_t i) { return !kept.json.empty() && i < kept.after; };
  std::map<std::size_t, std::string> found; // in the order of the file
  for (const auto i : effects.lost) found.emplace(i, gone(s, i, "this statement", is_kept(i)));
  std::set<std::string> names;
  for (const auto i : effects.others) {
    if (!is_kept(i) && changes_new_sessions(s.statements[i])) found.emplace(i, begun_otherwise(s, i));
    for (auto &name : sql::called_names(s.statements[i].text)) names.insert(std::move(name));
  }
  const auto all = routines_behind(c, std::move(names));
  const auto setters = setters_among(all, &routine::sets);
  const auto setters_of_more = setters_among(all, &routine::sets_more);
  for (const auto i : effects.others)
    for (const auto &name : sql::called_names(s.statements[i].text))
      if ((is_kept(i) ? setters_of_more : setters).contains(name))
        found.emplace(i, gone(s, i, "this statement, by calling " + name + "(),", is_kept(i)));
  std::vector<std::string> out;
  for (auto &[i, text] : found) out.push_back(std::move(text));
  if (!kept.json.empty())
    for (const auto &name : read_kept_session(kept.json).withheld)
      out.push_back("the session that stopped had set " + name +
                    ", whose value was not kept, for it may be a secret: set it behind the stop if it is needed and "
                    "not set before");
  return out;
}

} // namespace davit::lifecycle
