// What the code of a handler did that davit has refused, or that harms others, and of which a success says nothing: for
// a warning to who runs davit. Noted from any thread and at any time, the end of the process included.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace davit::plugin {

class misuse {
public:
  enum kind : unsigned { other_thread = 1, kept_context = 2, released_locks = 4 };

  void note(kind what) noexcept { seen_.fetch_or(what, std::memory_order_relaxed); }
  // What was noted since the last time, each kind once and for all: what it did, what came of it, and what to do. Not
  // for kinds that are `excused`. One thread at a time.
  std::vector<std::string> news(unsigned excused);

  // One for a binding. It is never freed: threads of a plugin may outlive all else.
  static misuse &make();
  // Of what several handlers have had: who has kept it cannot be told, and so nobody is.
  static misuse &of_nobody();

private:
  std::atomic<unsigned> seen_{0};
  unsigned told_ = 0;
};

} // namespace davit::plugin
