#include "lifecycle/outside_effects.hpp"

#include "sql/outside_effect.hpp"

#include <tuple>

namespace davit::lifecycle {

std::string acted_outside_before(const migration::script &s, const place &refused) {
  for (const auto &st : s.statements) {
    const place at = place_in(s, st, 0);
    if (refused.line != 0 && std::tie(refused.line, refused.column) < std::tie(at.line, at.column)) break;
    if (auto what = sql::outside_effect(st.text); !what.empty()) return what;
  }
  return {};
}

} // namespace davit::lifecycle
