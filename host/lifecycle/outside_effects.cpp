#include "lifecycle/outside_effects.hpp"

#include "sql/outside_effect.hpp"

#include <tuple>

namespace davit::lifecycle {

std::string acted_outside_before(const migration::script &s, const std::optional<migration::script> &verify,
                                 const place &refused) {
  for (const auto *script : {&s, verify ? &*verify : nullptr}) {
    if (!script) break;
    const bool known = refused.line != 0 && refused.file == script->file.string();
    for (const auto &st : script->statements) {
      const place at = place_in(*script, st, 0);
      if (known && std::tie(refused.line, refused.column) < std::tie(at.line, at.column)) break;
      if (auto what = sql::outside_effect(st.text); !what.empty()) return what;
    }
    if (known) break; // it did not come any further
  }
  return {};
}

} // namespace davit::lifecycle
