// Whether the run that wrote a row is still there: its session holds an advisory lock that stands for the run's id.
#pragma once

#include <algorithm>
#include <set>
#include <string>

namespace davit::ledger {

// An expression that gives the session of the statement the sign of the run whose id is `id`, a column or literal.
std::string give_life_sign_sql(const std::string &id);
// The pid of the session that has it; NULL if there is none.
std::string pid_by_life_sign_sql(const std::string &id);

// A run may end between the look at its rows and the look at its session. So what seems to be dead is looked at again,
// until nothing seems so that did not before. `dead` gives the ids of such runs in what `read` gave.
template <class Read, class Dead> auto look_twice(const Read &read, const Dead &dead) {
  auto seen = read();
  for (std::set<std::string> before = dead(seen); !before.empty();) {
    seen = read();
    std::set<std::string> now = dead(seen);
    if (std::includes(before.begin(), before.end(), now.begin(), now.end())) break;
    before = std::move(now);
  }
  return seen;
}

} // namespace davit::ledger
