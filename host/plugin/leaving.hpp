// Ending the process from within the code of a plugin, which does not come back or has called for the end itself: no
// destructor of davit's will run.
#pragma once

#include <functional>
#include <optional>

namespace davit::plugin {

// What davit had to say is said: from here on it ends with this status, whatever plugins do in the time that is left.
void decide_status(int status);
std::optional<int> decided_status();

// Removes what would outlive the process. One at a time.
class at_leaving {
public:
  explicit at_leaving(std::function<void()> remove);
  ~at_leaving();
  at_leaving(const at_leaving &) = delete;
  at_leaving &operator=(const at_leaving &) = delete;
};

// With `status`, unless another is decided. From any thread, but not from a signal handler.
[[noreturn]] void leave(int status);

} // namespace davit::plugin
