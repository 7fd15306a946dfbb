// Stops of a migration without a transaction, and the way on.
#pragma once

#include "../lifecycle/probe_run.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

// davit repair 0001 --resume
outcome resume(const project &p, std::vector<std::string> more = {});

// Killed while that statement runs; its session is waited for.
void kill_in(const project &p, std::string_view words);

} // namespace davit::test
