// What statements of a migration have done outside of its transaction, which no rollback takes back.
#pragma once

#include "migration/script.hpp"

#include <optional>
#include <string>

namespace davit::lifecycle {

// What acted so among the statements down to the one at `refused` (among all, if that is no place of theirs), in a few
// words; empty: nothing that can be seen in their text. The verify file runs behind the other.
std::string acted_outside_before(const migration::script &s, const std::optional<migration::script> &verify,
                                 const place &refused);

} // namespace davit::lifecycle
