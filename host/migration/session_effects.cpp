#include "migration/session_effects.hpp"

#include "sql/changed_setting.hpp"
#include "sql/session_effect.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <functional>
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

// From the last one back: what a later one of the same name sets anew. RESET ALL spares who the session is, and a new
// session user is in no role.
std::vector<bool> overtaken_among(const script &s, const std::vector<std::size_t> &repeatable) {
  std::vector<bool> out(repeatable.size());
  std::set<std::string, std::less<>> later;
  for (auto i = repeatable.size(); i-- > 0;) {
    const auto &text = s.statements[repeatable[i]].text;
    const auto name = sql::changed_setting(text);
    const bool who = name == "role" || name == "session_authorization";
    out[i] = sql::token_reader(text).is("deallocate") || // nothing is prepared in a new session
             (!name.empty() && (later.contains(name) || (!who && later.contains(sql::all_settings)) ||
                                (who && later.contains("session_authorization"))));
    if (!name.empty()) later.insert(name);
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
  out.overtaken = overtaken_among(s, out.repeatable);
  return out;
}

} // namespace davit::migration
