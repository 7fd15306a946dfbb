// Ending the process where it cannot go on: a plugin's code does not come back or has called for the end itself, nobody
// is to be waited for any more. No destructor of davit's will run.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <optional>

namespace davit::plugin {

// What davit had to say is said: from here on it ends with this status, whatever plugins do in the time that is left.
// The first one stays; returns that.
int decide_status(int status);
std::optional<int> decided_status();

// Davit is about to say how it ends: whoever leaves from here on ends with that, too, once it is said. Does not return
// where another thread is about to leave with a status of its own, and to say so.
void about_to_answer(int status);

// What the run fails of is decided, and only has to be told from here on: by whoever is to have it told where davit
// leaves before that. From any thread; the last one counts.
void decide_failure(const error &e);

// Removes what would outlive the process. One at a time.
class at_leaving {
public:
  explicit at_leaving(std::function<void()> remove);
  ~at_leaving();
  at_leaving(const at_leaving &) = delete;
  at_leaving &operator=(const at_leaving &) = delete;
};

// Gives the answer where nothing was answered yet: why davit leaves, and the failure that was decided before, if there
// is one. One at a time; must not wait, nor throw.
class at_leaving_unanswered {
public:
  using last_words = std::function<void(const error &why, const error *failure)>;
  explicit at_leaving_unanswered(last_words answer);
  ~at_leaving_unanswered();
  at_leaving_unanswered(const at_leaving_unanswered &) = delete;
  at_leaving_unanswered &operator=(const at_leaving_unanswered &) = delete;
};

// With the status of `why`, unless another is decided, or about to be. From any thread, but not from a signal handler.
[[noreturn]] void leave(const error &why);

} // namespace davit::plugin
