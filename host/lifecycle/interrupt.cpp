#include "lifecycle/interrupt.hpp"

#include <algorithm>
#include <thread>

namespace davit::lifecycle {

error interrupt::as_error() const {
  return signal_ == SIGTERM ? error(error_code::terminated, "the run was stopped by SIGTERM")
                            : error(error_code::interrupted, "the run was stopped by SIGINT");
}

void interrupt::check() const {
  if (raised()) throw as_error();
}

void interrupt::wait(std::chrono::milliseconds time) const {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + time;
  for (auto now = clock::now(); now < end; now = clock::now()) {
    check();
    std::this_thread::sleep_for(std::min<clock::duration>(end - now, std::chrono::milliseconds(20)));
  }
  check();
}

} // namespace davit::lifecycle
