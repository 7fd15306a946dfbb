// Two flags that compiled code counts on to be clear: the direction of string instructions, and whether unaligned
// access is an error. Assembler in a plugin, or a profiler's in it, may leave them set.
#pragma once

#include <cstdint>

namespace davit::plugin {

#if defined(__x86_64__)
constexpr std::uint64_t expected_clear = std::uint64_t{1} << 10U | std::uint64_t{1} << 18U; // of EFLAGS: DF, AC
#endif

inline void clear_processor_flags() {
#if defined(__x86_64__)
  __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~expected_clear);
#endif
}

// When this goes, both are clear again. Costs a nanosecond or two.
class flags_guard {
public:
  flags_guard() = default;
  ~flags_guard() {
#if defined(__x86_64__)
    if ((__builtin_ia32_readeflags_u64() & expected_clear) != 0) put_back(); // writing them is the costly part
#endif
  }
  flags_guard(const flags_guard &) = delete;
  flags_guard &operator=(const flags_guard &) = delete;

private:
  static void put_back();
};

// Whether a guard has put something back since this was asked last.
bool processor_flags_were_changed();

} // namespace davit::plugin
