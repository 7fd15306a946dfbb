// A plugin may fork, to start a program. A child that instead comes back out of the plugin is a second davit on the
// first one's sessions: it must not run on.
#pragma once

#include <string_view>

namespace davit::plugin {

// From here on every fork is known, and its child has the signals that davit keeps for itself as they are now; once for
// the process, before davit does.
void watch_forks();

// Whether this process is a child that plugin code, or davit, forked from the one that watch_forks was called in. Costs
// one load.
bool in_forked_child() noexcept;

// The same, but asks the kernel, which also tells children made past the C library. Async-signal-safe.
bool in_other_process() noexcept;

// Ends such a child, saying that it came back out of `who`.
void leave_if_forked(std::string_view who) noexcept;

} // namespace davit::plugin
