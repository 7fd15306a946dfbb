#include "lifecycle/journal.hpp"

namespace davit::lifecycle {

std::int64_t journal::since_1970(plugin::watch::clock::time_point t) const {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return duration_cast<microseconds>(begun_at_.time_since_epoch() + (t - begun_)).count();
}

std::vector<ledger::hook_call> journal::pending() const {
  std::vector<ledger::hook_call> out;
  out.reserve(entries_.size());
  for (const entry &e : entries_)
    out.push_back({e.migration, e.called->phase, e.called->owner->name(), e.called->what->name,
                   std::string(plugin::name_of(e.outcome)), e.message, e.rows_affected, e.duration.count(),
                   since_1970(e.began)});
  return out;
}

} // namespace davit::lifecycle
