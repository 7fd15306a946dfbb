// The signals that ask davit to stop, wherever it is.
#pragma once

#include <algorithm>
#include <array>
#include <csignal>

namespace davit {

inline constexpr std::array stop_signals{SIGINT, SIGTERM, SIGHUP};

constexpr bool asks_to_stop(int signal) {
  return std::find(stop_signals.begin(), stop_signals.end(), signal) != stop_signals.end();
}

} // namespace davit
