#include "lifecycle/lost_with_session.hpp"

#include "migration/session_effects.hpp"
#include "sql/called_names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace davit::lifecycle {
namespace {

// Whether a routine itself sets something for the session or makes something temporary; told by words, so rather one
// too many. SET LOCAL ends with the transaction.
constexpr std::string_view routines_sql = R"sql(
SELECT p.proname, p.prosrc,
  regexp_replace(p.prosrc, 'set_config\s*\([^;]*?,\s*(is_local\s*(=>|:=)\s*)?true\s*\)', '', 'gi') ~* 'set_config\s*\('
  OR p.prosrc ~* '(^|;|\m(begin|then|else|loop)\M)\s*(reset\M|discard\M|set\s+(session\s+)?(?!(local|transaction|constraints)\M)\S+)'
  OR (p.prosrc ~* '\mcreate\s+((global|local)\s+)?temp(orary)?\M' AND p.prosrc !~* 'on\s+commit\s+drop')
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.proname = ANY ($1::text[]) AND l.lanname NOT IN ('internal', 'c') AND p.pronamespace <> 'pg_catalog'::regnamespace
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
  std::set<std::string> calls;
};

// Those that are called, and what they call in turn.
std::map<std::string, routine> routines_behind(postgres::connection &c, std::set<std::string> names) {
  std::map<std::string, routine> all;
  while (!names.empty()) {
    const std::string asked = array_of(names);
    const auto r = c.query(routines_sql, std::array{postgres::parameter(asked)});
    for (const auto &name : names) all[name];
    names.clear();
    for (int i = 0; i < r.rows(); ++i) {
      routine &one = all[std::string(r.text(i, 0))]; // several may have the name
      one.sets = one.sets || r.text(i, 2) == "t";
      for (auto &called : sql::called_names(r.text(i, 1))) {
        if (!all.contains(called)) names.insert(called);
        one.calls.insert(std::move(called));
      }
    }
  }
  return all;
}

std::set<std::string> setters_among(postgres::connection &c, const std::set<std::string> &names) {
  const auto all = routines_behind(c, names);
  std::set<std::string> out;
  const auto sets = [&](const routine &one) {
    return one.sets ||
           std::any_of(one.calls.begin(), one.calls.end(), [&](const auto &name) { return out.contains(name); });
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto &[name, one] : all)
      if (sets(one)) more = out.insert(name).second || more;
  }
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
