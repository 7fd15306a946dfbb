#include "lifecycle/kept_session/session_setters.hpp"

#include "sql/called_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

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

// An array, in what every encoding of a database has.
template <class Texts> std::string array_of(const Texts &texts) {
  std::string all;
  for (const auto &text : texts) {
    all += all.empty() ? "\"" : ",\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') all += '\\';
      all += static_cast<unsigned char>(c) < 128 ? c : '?';
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

// A name that is not one literal, in set_config() or in a SET that is made as text.
constexpr std::string_view at_run_time = R"((set_config\s*\(\s*(setting_name\s*(=>|:=)\s*)?(?!e?'[^']*'\s*[,)]))"
                                         R"(|'\s*set\s+(session\s+)?["\w.$]*(%|')))";
constexpr std::string_view for_the_transaction = R"(set_config\s*\([^;]*?,\s*(is_local\s*(=>|:=)\s*)?true\s*\))";

} // namespace

session_setters::session_setters(postgres::connection &c, const migration::script &s,
                                 const std::vector<std::size_t> &statements) {
  std::set<std::string> names;
  for (const auto i : statements)
    for (auto &name : sql::called_names(s.statements[i].text)) names.insert(std::move(name));
  const auto all = routines_behind(c, std::move(names));
  all_ = setters_among(all, &routine::sets);
  of_more_ = setters_among(all, &routine::sets_more);
}

std::string session_setters::called_by(const migration::statement &st, bool more) const {
  const auto &setters = more ? of_more_ : all_;
  for (auto &name : sql::called_names(st.text))
    if (setters.contains(name)) return std::move(name);
  return {};
}

std::vector<std::size_t> naming_at_run_time(postgres::connection &c, const std::vector<std::string> &texts) {
  std::vector<std::size_t> out;
  const std::string array = array_of(texts);
  const auto r = c.query("SELECT n - 1 FROM unnest($1::text[]) WITH ORDINALITY t (text, n) WHERE "
                         "regexp_replace(text, $3, '', 'gi') ~* $2 ORDER BY n",
                         std::array{postgres::parameter(array), postgres::parameter(at_run_time),
                                    postgres::parameter(for_the_transaction)});
  for (int i = 0; i < r.rows(); ++i) {
    const auto text = r.text(i, 0);
    std::from_chars(text.data(), text.data() + text.size(), out.emplace_back());
  }
  return out;
}

std::vector<std::string> routines_naming_at_run_time(postgres::connection &c) {
  std::vector<std::string> out;
  const auto r = c.query("SELECT DISTINCT p.oid::regproc::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
                         "WHERE p.oid >= 16384 AND l.lanname NOT IN ('internal', 'c') AND regexp_replace(CASE WHEN "
                         "p.prosrc = '' AND p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END, $2, '', "
                         "'gi') ~* $1 ORDER BY 1 LIMIT 3",
                         std::array{postgres::parameter(at_run_time), postgres::parameter(for_the_transaction)});
  for (int i = 0; i < r.rows(); ++i) out.push_back(std::string(r.text(i, 0)));
  return out;
}

} // namespace davit::lifecycle
