#include "plugin/float_mode.hpp"

#include <atomic>
#include <cfenv>
#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace davit::plugin {
namespace {

// All but the flags of what has happened, which every computation sets.
std::uint64_t mode() {
#if defined(__x86_64__)
  constexpr unsigned happened = 0x3f;
  std::uint16_t x87 = 0;
  __asm__ volatile("fnstcw %0" : "=m"(x87)); // unlike fegetenv, a few cycles
  return (std::uint64_t{_mm_getcsr() & ~happened} << 16) | x87;
#else
  return (static_cast<std::uint64_t>(std::fegetround()) << 32) | static_cast<std::uint32_t>(::fegetexcept());
#endif
}

struct environment {
  environment() : at_start(mode()) { std::fegetenv(&all); }
  std::uint64_t at_start;
  std::fenv_t all{};
};

const environment usual;
std::atomic<bool> changed{false};

} // namespace

float_guard::~float_guard() {
  if (mode() == usual.at_start) return;
  std::fesetenv(&usual.all);
  changed.store(true, std::memory_order_relaxed);
}

bool float_mode_was_changed() { return changed.exchange(false, std::memory_order_relaxed); }

} // namespace davit::plugin
