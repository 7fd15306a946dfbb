#include "lifecycle/outside_effects.hpp"

#include "sql/outside_effect.hpp"

#include <tuple>

namespace davit::lifecycle {

std::string acted_outside_before(const migration::script &s, const place &refused) {
  const bool known = refused.line != 0 && refused.file == s.file.string();
  for (const auto &st : s.statements) {
    const place at = place_in(s, st, 0);
    if (known && std::tie(refused.line, refused.column) < std::tie(at.line, at.column)) break;
    if (auto what = sql::outside_effect(st.text); !what.empty()) return what;
  }
  return {};
}

} // namespace davit::lifecycle
