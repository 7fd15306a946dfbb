// The main thread's part of a run: it waits for signals, watches deadlines, and lets the work happen on a thread of its
// own.
#pragma once

#include "lifecycle/cancel_targets.hpp"
#include "lifecycle/interrupt.hpp"
#include "plugin/watch.hpp"

#include <functional>
#include <string_view>

namespace davit::lifecycle {

struct supervised {
  interrupt &stop;
  cancel_targets &targets;
  plugin::watch &handlers;
  std::function<void(std::string_view)> say; // one line for the operator
};

// Runs `work` on a thread and returns when it has ended; exceptions of `work` come out here. The first SIGINT or
// SIGTERM sets `stop` and cancels what the sessions run; the second one ends the process at once, and so does a handler
// that does not return within the grace after its deadline: in-process code cannot be stopped, but the server rolls
// back.
void supervise(const supervised &parts, const std::function<void()> &work);

} // namespace davit::lifecycle
