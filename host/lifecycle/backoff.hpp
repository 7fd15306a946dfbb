// How long to wait before a migration that a lock timeout struck is tried again.
#pragma once

#include <chrono>
#include <cstdint>

namespace davit::lifecycle {

struct pause_range {
  std::chrono::milliseconds least, most;
};

// After that many attempts: the longer, the more there were, but within bounds.
pause_range pause_after(std::uint32_t attempts);

// Somewhere in that range: runs that were struck at once are not to meet again.
std::chrono::milliseconds jittered_pause(std::uint32_t attempts);

} // namespace davit::lifecycle
