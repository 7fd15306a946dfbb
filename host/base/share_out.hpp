// Many pieces of work of a kind, shared out among threads.
#pragma once

#include <cstddef>
#include <functional>

namespace davit {

// Calls work(i) for each i < count: in any order, and on several threads at a time where there are many. Where some of
// them throw, what the one with the lowest i threw is thrown on, and others may not have been called.
void share_out(std::size_t count, const std::function<void(std::size_t)> &work);

} // namespace davit
