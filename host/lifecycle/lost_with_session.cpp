#include "lifecycle/lost_with_session.hpp"

#include "migration/session_effects.hpp"
#include "sql/called_names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace davit::lifecycle {
namespace {

// Routines among $1 that set something for the session or make something temporary, or call one that does;
// told by words, so rather one too many. Their own SET clauses and SET LOCAL end with them.
constexpr std::string_view setters_sql = R"sql(
WITH RECURSIVE routine AS (
  SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  WHERE l.lanname NOT IN ('internal', 'c') AND p.pronamespace <> 'pg_catalog'::regnamespace
), setter AS (
  SELECT proname FROM routine
  WHERE regexp_replace(prosrc, 'set_config\s*\([^;]*?,\s*(is_local\s*(=>|:=)\s*)?true\s*\)', '', 'gi') ~* 'set_config\s*\('
     OR prosrc ~* '(^|;|\m(begin|then|else|loop)\M)\s*(reset\M|discard\M|set\s+(session\s+)?(?!(local|transaction|constraints)\M)\S+)'
     OR (prosrc ~* '\mcreate\s+((global|local)\s+)?temp(orary)?\M' AND prosrc !~* 'on\s+commit\s+drop')
  UNION
  SELECT r.proname FROM routine r JOIN setter s ON r.prosrc ~* ('\m' || regexp_replace(s.proname, '\W', '.', 'g') || '"?\s*\(')
)
SELECT proname FROM setter WHERE proname IN (SELECT unnest($1::text[]))
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

std::set<std::string> setters_among(postgres::connection &c, const std::set<std::string> &names) {
  std::set<std::string> out;
  if (names.empty()) return out;
  const std::string all = array_of(names);
  const auto r = c.query(setters_sql, std::array{postgres::parameter(all)});
  for (int i = 0; i < r.rows(); ++i) out.emplace(r.text(i, 0));
  return out;
}

std::string gone(const migration::script &s, std::size_t i, const std::string &what) {
  return to_string(migration::place_in(s, s.statements[i], 0)) + ": what " + what +
         " may have left in its session (a temporary table, a setting, a cursor) is gone, and what follows the stop "
         "runs "
         "without it: repeat it there if it is needed";
}

} // namespace

std::vector<std::string> lost_with_session(postgres::connection &c, const migration::script &s, std::size_t count) {
  const auto effects = migration::session_effects_of_first(s, count);
  std::map<std::size_t, std::string> found; // in the order of the file
  for (const auto i : effects.lost) found.emplace(i, gone(s, i, "this statement"));
  std::set<std::string> names;
  for (const auto i : effects.others)
    for (auto &name : sql::called_names(s.statements[i].text)) names.insert(std::move(name));
  const auto setters = setters_among(c, names);
  for (const auto i : effects.others)
    for (const auto &name : sql::called_names(s.statements[i].text))
      if (setters.contains(name)) found.emplace(i, gone(s, i, "this statement, by calling " + name + "(),"));
  std::vector<std::string> out;
  for (auto &[i, text] : found) out.push_back(std::move(text));
  return out;
}

} // namespace davit::lifecycle
