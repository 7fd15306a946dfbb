// Libraries that cannot become plugins; the build says with which fault.
#include <davit/plugin.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace {

[[maybe_unused]] std::int32_t init(const davit_host *, davit_init *, void **) { return DAVIT_OK; }

[[maybe_unused]] davit_plugin good() {
  davit_plugin p{};
  p.struct_size = sizeof p;
  p.abi_major = DAVIT_ABI_MAJOR;
  p.min_minor = DAVIT_TARGET_MINOR;
  p.id = DAVIT_STR("org.davit.test.broken");
  p.version = DAVIT_STR("1.0.0");
  p.init = &init;
  return p;
}

[[maybe_unused]] davit_plugin plugin = good();

#if defined(FAULT_static_throws)
struct thrower {
  thrower() { throw std::runtime_error("thrown by a static object"); }
} const static_object;
#elif defined(FAULT_static_exits)
struct leaver {
  leaver() { std::exit(0); }
} const static_object;
#elif defined(FAULT_static_sets)
struct setter {
  setter() {
    if (char *text = std::getenv("VILLAIN_SETS")) ::putenv(text); // NAME=value
  }
} const static_object;
#endif

} // namespace

#if defined(FAULT_no_entry) || defined(FAULT_borrowed_entry)
extern "C" DAVIT_EXPORT int something_else(void) { return 0; }
#elif defined(FAULT_other_major)
extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v2(void) { return &plugin; }
#elif defined(FAULT_resolver_crashes)
extern "C" davit_entry_fn resolve(void);
extern "C" davit_entry_fn resolve(void) { std::abort(); }
extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) __attribute__((ifunc("resolve")));
#elif defined(FAULT_missing_symbol)
extern "C" void nobody_has_this();
extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {
  nobody_has_this();
  return &plugin;
}
#else
extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {
#if defined(FAULT_future_minor)
  plugin.min_minor = DAVIT_ABI_MINOR + 1;
#elif defined(FAULT_small_size)
  plugin.struct_size = 16;
#elif defined(FAULT_wild_keys)
  plugin.key_count = 1;
  plugin.keys = reinterpret_cast<const davit_key *const *>(0x10);
#elif defined(FAULT_null_members)
  plugin.init = nullptr;
  plugin.id = {nullptr, 7};
#elif defined(FAULT_no_utf8)
  plugin.id = DAVIT_STR("caf\xe9");
#elif defined(FAULT_entry_throws)
  throw 42;
#elif defined(FAULT_entry_null)
  return nullptr;
#elif defined(FAULT_entry_hangs)
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
#elif defined(FAULT_entry_crashes)
  std::abort();
#endif
  return &plugin;
}
#endif
