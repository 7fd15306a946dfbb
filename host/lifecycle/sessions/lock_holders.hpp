// Who holds the lock that a session waits for, or the page that a cursor has pinned: shown while it waits, remembered
// for the error if it waits in vain.
#pragma once

#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace davit::lifecycle {

class lock_holders {
public:
  using told = std::function<void(const std::string &)>;

  // `ask` is another session than the one with the backend `waiter`; `show` is told of each look that found somebody,
  // and, with an empty text, of the first one that does not any more.
  lock_holders(postgres::connection &ask, std::int32_t waiter, told show)
      : ask_(ask), waiter_(std::to_string(waiter)), show_(std::move(show)) {}

  // To be called again and again while the other session is at a statement; asks the server the more seldom the longer
  // that takes. Whether somebody was found to be in the way, at this look or, between two, at the one before.
  bool look();

  // "AccessExclusiveLock on public.t, held by pid 7 (…)" as seen last; empty if nobody was seen.
  const std::string &seen() const { return seen_; }
  // Adds that to a lock timeout; where it struck before anybody had looked, who holds locks there now.
  void explain(postgres::server_error &e) const;

  // The page that is waited for, "a page of public.t", and the one backend that can have it pinned.
  struct pinned_page {
    std::string name;
    std::string by; // pid; empty if it can be one of several
  };
  // Nothing, where a lock is waited for.
  const std::optional<pinned_page> &page() const { return page_; }

private:
  using clock = std::chrono::steady_clock;

  bool lasts(bool pinned);
  std::string held_now() const;

  postgres::connection &ask_;
  std::string waiter_;
  told show_;
  std::string seen_;
  std::optional<pinned_page> page_;
  std::optional<clock::time_point> pinned_since_;
  bool waits_ = false;
  const clock::time_point began_ = clock::now();
  clock::time_point next_ = began_;
};

} // namespace davit::lifecycle
