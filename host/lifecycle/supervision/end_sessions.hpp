// Ends davit's own sessions on the server, when a thread that does not return may still be using them.
#pragma once

#include "lifecycle/supervision/cancel_targets.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace davit::lifecycle {

// From a session of its own, which `open` gives: terminates the dispensable ones of `targets`, again and again, until
// the server has none of them left and `in_use` says that nobody works with one any more. Returns why it gave up after
// `patience`, or nothing.
std::string end_sessions(const std::function<postgres::connection()> &open, const cancel_targets &targets,
                         const std::function<bool()> &in_use, std::chrono::milliseconds patience);

} // namespace davit::lifecycle
