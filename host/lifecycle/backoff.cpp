#include "lifecycle/backoff.hpp"

#include <algorithm>
#include <random>

namespace davit::lifecycle {

using std::chrono::milliseconds;

pause_range pause_after(std::uint32_t attempts) {
  constexpr milliseconds first{100}, longest{5000};
  const auto doubled = std::min(std::max(attempts, 1U) - 1, 6U); // that reaches the longest
  const milliseconds most = std::min(first * (1U << doubled), longest);
  return {most / 2, most};
}

milliseconds jittered_pause(std::uint32_t attempts) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto range = pause_after(attempts);
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(range.least.count(), range.most.count())(random));
}

} // namespace davit::lifecycle
