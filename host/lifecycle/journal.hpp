// What happened in a run, kept in memory until there is a ledger to write it to, and never written inside a handler
// call.
#pragma once

#include "ledger/ledger.hpp"
#include "plugin/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace davit::lifecycle {

class journal {
public:
  struct entry {
    entry() noexcept {} // not defaulted: then all of it would be zeroed before its members are initialised
    const plugin::binding *called = nullptr; // outlives the journal
    std::string migration;                   // version; empty outside of one
    plugin::outcome outcome = plugin::outcome::ok;
    std::string message;
    std::uint64_t rows_affected = 0;
    std::chrono::microseconds duration{0};
    plugin::watch::clock::time_point began;
  };
  // A new one, to be filled in; valid until the next.
  entry &add() { return entries_.emplace_back(); }
  // The handlers of a migration after COMMIT were called.
  void paid(const migration::version &id) { paid_.push_back(id); }

  // What is to be sent to the ledger, as it writes it down.
  bool empty() const { return entries_.size() == sent_ && paid_.size() == paid_sent_; }
  bool any_calls() const { return entries_.size() > sent_; }
  std::vector<ledger::hook_call> pending() const;
  std::vector<migration::version> pending_paid() const;
  void sent();
  // Calls in a migration's phases inside, as far as they are not written yet, of handlers that have written, or may
  // have: "PLUGIN.HANDLER at PHASE, …".
  std::string wrote_in(const std::string &migration) const;
  void written(); // what was sent
  void unsent();  // it may not have arrived
  bool in_doubt() const { return doubtful_ + paid_doubtful_ > 0; }
  // Such as may not have arrived did, where the ledger has more calls of the run than were known to be written.
  void settle(std::size_t calls_in_ledger);

private:
  void drop(std::size_t calls, std::size_t paid);
  std::int64_t since_1970(plugin::watch::clock::time_point t) const;

  std::vector<entry> entries_;
  std::vector<migration::version> paid_;
  std::size_t sent_ = 0, paid_sent_ = 0;         // how many of them
  std::size_t doubtful_ = 0, paid_doubtful_ = 0; // of those, when they were sent in vain, perhaps
  std::size_t written_ = 0;                      // calls that are no longer here
  // The same moment by both clocks: a call needs to be timed by one of them only.
  const plugin::watch::clock::time_point begun_ = plugin::watch::clock::now();
  const std::chrono::system_clock::time_point begun_at_ = std::chrono::system_clock::now();
};

} // namespace davit::lifecycle
