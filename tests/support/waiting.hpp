// Waiting for what comes about soon, but not at once.
#pragma once

#include "support/project.hpp"

#include <functional>
#include <string_view>

namespace davit::test {

// Looks again and again until it holds. Throws std::runtime_error with `what` when that takes too long.
void wait_until(std::string_view what, const std::function<bool()> &holds);

// Waits until the server has ended every session of davit's on the project's database; it does so a moment after the
// program is gone.
void wait_until_davit_is_gone(const project &p);

} // namespace davit::test
