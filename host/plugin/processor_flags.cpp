#include "plugin/processor_flags.hpp"

#include <atomic>

namespace davit::plugin {
namespace {

std::atomic<bool> changed{false};

} // namespace

void flags_guard::put_back() {
  clear_processor_flags();
  changed.store(true, std::memory_order_relaxed);
}

bool processor_flags_were_changed() { return changed.exchange(false, std::memory_order_relaxed); }

} // namespace davit::plugin
