#include "lifecycle/journal.hpp"

#include "plugin/phases.hpp"

#include <algorithm>

namespace davit::lifecycle {

std::int64_t journal::since_1970(plugin::watch::clock::time_point t) const {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return duration_cast<microseconds>(begun_at_.time_since_epoch() + (t - begun_)).count();
}

std::vector<ledger::hook_call> journal::pending() const {
  std::vector<ledger::hook_call> out;
  out.reserve(entries_.size() - sent_);
  for (std::size_t i = sent_; i < entries_.size(); ++i) {
    const entry &e = entries_[i];
    out.push_back({e.migration, e.called->phase, e.called->owner->name(), e.called->what->name,
                   std::string(plugin::name_of(e.outcome)), e.message, e.rows_affected, e.duration.count(),
                   since_1970(e.began)});
  }
  return out;
}

std::vector<migration::version> journal::pending_paid() const {
  return {paid_.begin() + static_cast<std::ptrdiff_t>(paid_sent_), paid_.end()};
}

std::string journal::wrote_in(const std::string &migration) const {
  std::string out;
  for (const auto &e : entries_) {
    if (e.migration != migration || e.called->owner->rights() != plugin::access::write) continue;
    if (e.outcome != plugin::outcome::ok && e.rows_affected == 0) continue;
    if (plugin::find_phase(e.called->phase)->connection != plugin::phase_connection::TX) continue;
    out += (out.empty() ? "" : ", ") + e.called->owner->name() + "." + e.called->what->name + " at " + e.called->phase;
  }
  return out;
}

void journal::sent() {
  sent_ = entries_.size();
  paid_sent_ = paid_.size();
}

void journal::drop(std::size_t calls, std::size_t paid) {
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(calls));
  paid_.erase(paid_.begin(), paid_.begin() + static_cast<std::ptrdiff_t>(paid));
  written_ += calls;
  sent_ = paid_sent_ = doubtful_ = paid_doubtful_ = 0;
}

void journal::written() {
  if (sent_ + paid_sent_ > 0) drop(sent_, paid_sent_);
}

void journal::unsent() {
  doubtful_ = std::max(doubtful_, sent_);
  paid_doubtful_ = std::max(paid_doubtful_, paid_sent_);
  sent_ = paid_sent_ = 0;
}

void journal::settle(std::size_t calls_in_ledger) {
  if (doubtful_ > 0 && calls_in_ledger > written_)
    drop(doubtful_, paid_doubtful_);
  else
    doubtful_ = paid_doubtful_ = 0;
}

} // namespace davit::lifecycle
