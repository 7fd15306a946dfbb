// Who holds the lock that a session waits for: shown while it waits, remembered for the error if it waits in vain.
#pragma once

#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace davit::lifecycle {

class lock_holders {
public:
  using told = std::function<void(const std::string &)>;

  // `ask` is another session than the one with the backend `waiter`; `show` is told of each look that found somebody.
  lock_holders(postgres::connection &ask, std::int32_t waiter, told show)
      : ask_(ask), waiter_(std::to_string(waiter)), show_(std::move(show)) {}

  // To be called again and again while the other session is at a statement; asks the server the more seldom the longer
  // that takes. Whether somebody was found to be in the way, at this look or, between two, at the one before.
  bool look();

  // "AccessExclusiveLock on public.t, held by pid 7 (…)" as seen last; empty if nobody was seen.
  const std::string &seen() const { return seen_; }
  // Adds that to a lock timeout.
  void explain(postgres::server_error &e) const;

private:
  using clock = std::chrono::steady_clock;

  postgres::connection &ask_;
  std::string waiter_;
  told show_;
  std::string seen_;
  bool waits_ = false;
  const clock::time_point began_ = clock::now();
  clock::time_point next_ = began_;
};

} // namespace davit::lifecycle
