#include "lifecycle/supervision/interrupt.hpp"

#include "config/duration.hpp"

#include <algorithm>
#include <thread>

namespace davit::lifecycle {

bool tells_to_stop(error_code code) {
  return code == error_code::interrupted || code == error_code::terminated || code == error_code::run_deadline;
}

void interrupt::set(int reason) {
  int none = 0;
  reason_.compare_exchange_strong(none, reason);
}

error interrupt::as_error() const {
  switch (reason_) {
  case past_deadline:
    return {error_code::run_deadline,
            "the run did not end before its deadline of " + config::to_text(deadline_) + ", and was stopped",
            go_on_ + (go_on_.empty() ? "" : "; ") + "[run] deadline or --deadline gives it more time"};
  case SIGTERM: return {error_code::terminated, "the run was stopped by SIGTERM"};
  case SIGHUP: return {error_code::terminated, "the run was stopped by SIGHUP: its terminal was closed"};
  default: return {error_code::interrupted, "the run was stopped by SIGINT"};
  }
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
