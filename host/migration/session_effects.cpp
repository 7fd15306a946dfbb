#include "migration/session_effects.hpp"

#include "sql/changed_setting.hpp"
#include "sql/session_effect.hpp"
#include "sql/session_object.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace davit::migration {
namespace {

using sql::session_effect;
using sql::statement_kind;

void append(std::vector<std::size_t> &to, const std::vector<std::size_t> &more) {
  to.insert(to.end(), more.begin(), more.end());
}

bool discards_all(const statement &st) { return sql::token_reader(st.text).accept({"discard", "all"}); }

bool is_among(const std::set<std::string> &names, const std::string &name) {
  const bool who = name == "role" || name == "session_authorization";
  return !name.empty() && (names.contains(name) || (!who && names.contains(std::string(sql::all_settings))) ||
                           (who && names.contains("session_authorization")));
}

// From the last one back: what a later one of the same name sets or prepares anew, or deallocates. RESET ALL spares who
// the session is, and a new session user is in no role.
std::vector<bool> overtaken_among(const script &s, const std::vector<std::size_t> &repeatable,
                                  std::set<std::string> settings, std::set<std::string> deallocated) {
  using verb = sql::session_object::verb;
  std::vector<bool> out(repeatable.size());
  for (auto i = repeatable.size(); i-- > 0;) {
    const auto &text = s.statements[repeatable[i]].text;
    auto name = sql::changed_setting(text);
    const auto object = sql::session_object_of(text);
    out[i] = object.what == verb::deallocate || // nothing is prepared in a new session
             (object.what == verb::prepare && (deallocated.contains(object.name) || deallocated.contains("*"))) ||
             is_among(settings, name);
    if (!name.empty()) settings.insert(std::move(name));
    if (object.what == verb::deallocate) deallocated.insert(object.name);
  }
  return out;
}

} // namespace

session_effects session_effects_of_first(const script &s, std::size_t count) {
  session_effects out, open; // `open`: of a transaction that the file has begun
  bool inside = false;
  std::optional<std::size_t> savepoint; // how many of `open` are older than the first one
  const auto end_transaction = [&](bool committed) {
    if (committed) {
      append(out.repeatable, open.repeatable);
      append(out.lost, open.lost);
      append(out.others, open.others);
    }
    open = {};
    inside = false;
    savepoint.reset();
  };
  for (std::size_t i = 0; i < std::min(count, s.statements.size()); ++i) {
    const auto &st = s.statements[i];
    switch (st.kind) {
    case statement_kind::begin:
    case statement_kind::begin_with_modes: inside = true; continue;
    case statement_kind::commit: end_transaction(true); continue;
    case statement_kind::two_phase: // PREPARE TRANSACTION, or outside of one
      if (inside) end_transaction(true);
      continue;
    case statement_kind::rollback: end_transaction(false); continue;
    case statement_kind::savepoint:
      if (!savepoint) savepoint = open.repeatable.size();
      if (sql::token_reader(st.text).is("rollback")) { // how many of them it took back is not followed
        const auto since = open.repeatable.begin() + static_cast<std::ptrdiff_t>(*savepoint);
        open.lost.insert(open.lost.end(), since, open.repeatable.end());
        open.repeatable.erase(since, open.repeatable.end());
      }
      continue;
    default: break;
    }
    session_effects &now = inside ? open : out;
    if (discards_all(st)) now = {};
    switch (sql::session_effect_of(st.text)) {
    case session_effect::repeatable: now.repeatable.push_back(i); break;
    case session_effect::lost: now.lost.push_back(i); break;
    case session_effect::none: now.others.push_back(i); break;
    }
  }
  if (inside) end_transaction(true); // the stop is never inside of one, unless somebody says so
  const bool all_deallocated =
      count < s.statements.size() && sql::token_reader(s.statements[count].text).accept({"deallocate", "all"});
  out.overtaken = overtaken_among(s, out.repeatable, set_anew_behind(s, count),
                                  all_deallocated ? std::set<std::string>{"*"} : std::set<std::string>{});
  return out;
}

std::set<std::string> set_anew_behind(const script &s, std::size_t count) {
  std::set<std::string> out;
  for (auto i = count; i < s.statements.size(); ++i) {
    auto name = sql::changed_setting(s.statements[i].text);
    if (name.empty()) break;
    out.insert(std::move(name));
  }
  return out;
}

} // namespace davit::migration
