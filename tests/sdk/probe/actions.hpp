// Does what a script says.
#pragma once

#include "script.hpp"

#include <functional>
#include <string>

namespace probe {

// What actions of one instance share.
struct memory {
  davit_ctx *last_ctx = nullptr; // of the latest call that has returned
};

// Ends the handler behind the C++ wrapper's back: returns a status as it is, or throws.
using bypass = std::function<std::int32_t()>;

bool is_verb(std::string_view word);

// What the action yields as text; may be empty. Sets `out` if the handler is to end past the wrapper, after this
// action.
std::string perform(const action &a, davit::context &cx, const memory &known, bypass &out);

} // namespace probe
