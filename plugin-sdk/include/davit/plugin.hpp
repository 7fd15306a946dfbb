// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// davit/plugin.hpp: the C ABI of <davit/plugin.h> as C++17. Header-only; nothing of it crosses the boundary.
//
// Handlers throw to fail: davit::veto refuses on purpose, davit::error and every other exception fail the handler with
// its what(). Host calls that fail throw davit::error. No exception leaves the plugin. Lifetimes, threads and phases
// are those of <davit/plugin.h>; string_views read from a result live as long as that result, others until the handler
// returns.
#ifndef DAVIT_PLUGIN_HPP
#define DAVIT_PLUGIN_HPP

#if !defined(__cpp_exceptions)
#error                                                                                                                 \
    "davit/plugin.hpp needs exceptions: build without -fno-exceptions, or write against the C header <davit/plugin.h>"
#endif

#include <davit/context.hpp>
#include <davit/values.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace davit DAVIT_HIDDEN {
inline namespace v1_0 { // one per target minor: two of them in one library never share inline code

// ---- Configuration keys ---------------------------------------------------------------------------------------------

enum class type : std::uint32_t {
  boolean = DAVIT_TYPE_BOOL,
  integer = DAVIT_TYPE_I64,
  number = DAVIT_TYPE_F64,
  text = DAVIT_TYPE_STR,
  json = DAVIT_TYPE_JSON,
};
inline constexpr std::uint32_t required = DAVIT_KEY_REQUIRED;
inline constexpr std::uint32_t secret = DAVIT_KEY_SECRET;

// {"max_rows", 1000, "what it is for"}: the default gives the type; {"url", davit::type::text, "…", davit::required}
// has none. `path` is that of davit_key: "table", "limits.rows", "checks[].sql".
struct key {
  template <class T>
  constexpr key(std::string_view path_, T default_, std::string_view doc_, std::uint32_t flags_ = 0) noexcept
      : path(path_), doc(doc_), flags(flags_) {
    if constexpr (std::is_same_v<T, davit::type>) {
      value_type = default_;
    } else {
      has_default = true;
      if constexpr (std::is_same_v<T, bool>) {
        value_type = type::boolean;
        integer = default_ ? 1 : 0;
      } else if constexpr (std::is_integral_v<T>) {
        value_type = type::integer;
        integer = static_cast<std::int64_t>(default_);
      } else if constexpr (std::is_floating_point_v<T>) {
        value_type = type::number;
        number = static_cast<double>(default_);
      } else {
        value_type = type::text;
        text = default_;
      }
    }
  }

  std::string_view path, doc;
  std::uint32_t flags;
  type value_type = type::text;
  bool has_default = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text{};
};

namespace detail {
inline davit_key to_c(const key &k) noexcept {
  davit_key out{};
  out.struct_size = sizeof(davit_key);
  out.type = static_cast<std::uint32_t>(k.value_type);
  out.flags = k.flags;
  out.name = str(k.path);
  out.doc = str(k.doc);
  if (!k.has_default) return out;
  out.default_value.type = out.type;
  switch (k.value_type) {
  case type::boolean: out.default_value.as.boolean = static_cast<std::uint64_t>(k.integer); break;
  case type::integer: out.default_value.as.i64 = k.integer; break;
  case type::number: out.default_value.as.f64 = k.number; break;
  case type::text:
  case type::json: out.default_value.as.str = str(k.text); break;
  }
  return out;
}
} // namespace detail

// ---- Setup and the entry function -----------------------------------------------------------------------------------

using handler = std::function<void(context &)>;

namespace detail {

struct handler_slot {
  const davit_host *host;
  handler fn;
};

// The edge: every exception ends here as a status and a text.
inline std::int32_t call(void *user, davit_ctx *ctx) noexcept {
  const auto *slot = static_cast<const handler_slot *>(user);
  const auto say = [&](std::int32_t status, std::string_view text) { return slot->host->fail(ctx, status, str(text)); };
  try {
    context cx(slot->host, ctx);
    slot->fn(cx);
    return DAVIT_OK;
  } catch (const veto &e) {
    return say(DAVIT_VETO, e.what());
  } catch (const error &e) {
    return say(e.status() < 0 ? e.status() : DAVIT_ERR, e.what());
  } catch (const std::bad_alloc &) {
    return say(DAVIT_ERR_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return say(DAVIT_ERR, e.what());
  } catch (...) {
    return say(DAVIT_ERR, "the handler threw something that is not a std::exception");
  }
}
} // namespace detail

class setup {
public:
  setup(const davit_host *host, davit_init *init, std::deque<detail::handler_slot> &slots) noexcept
      : host_(host), init_(init), slots_(slots) {}
  const davit_host *host() const noexcept { return host_; }
  std::string_view instance() const noexcept { return detail::view(host_->instance); }

  // A configuration value by dotted path ("checks.0.sql"). Without a value and a default it is an error, unless T is a
  // std::optional. std::vector reads an array.
  template <class T> T config(std::string_view path) const { return config_of(path, static_cast<T *>(nullptr)); }
  // Elements of an array or table; 0 if absent.
  std::uint64_t config_length(std::string_view path) const {
    std::uint64_t n = 0;
    check(host_->config_length(host_, init_, detail::str(path), &n));
    return n;
  }

  // Declares a handler that davit.toml can bind by its name.
  void offer(std::string_view name, handler fn, std::uint32_t flags = 0) {
    slots_.push_back({host_, std::move(fn)});
    check(host_->handler(host_, init_, detail::str(name), &detail::call, &slots_.back(), flags));
  }
  // Binds a declared handler to a phase.
  void bind(std::string_view name, std::string_view at, std::int32_t priority = 0, std::uint32_t flags = 0) {
    check(host_->bind(host_, init_, detail::str(name), detail::str(at), priority, flags));
  }
  // Both at once.
  void on(std::string_view at, std::string_view name, handler fn, std::int32_t priority = 0, std::uint32_t flags = 0) {
    offer(name, std::move(fn), flags);
    bind(name, at, priority);
  }

private:
  void check(std::int32_t status) const {
    if (status < 0) throw error(std::string(detail::view(host_->init_error(host_, init_))), status);
  }
  template <class T> T config_of(std::string_view path, T *) const {
    davit_value v{};
    check(host_->config(host_, init_, detail::str(path), &v));
    return detail::from_value<T>(v, path);
  }
  template <class T> std::vector<T> config_of(std::string_view path, std::vector<T> *) const {
    std::vector<T> out;
    const std::uint64_t n = config_length(path);
    out.reserve(n);
    for (std::uint64_t i = 0; i < n; ++i) out.push_back(config<T>(std::string(path) + "." + std::to_string(i)));
    return out;
  }
  const davit_host *host_;
  davit_init *init_;
  std::deque<detail::handler_slot> &slots_;
};

namespace detail {

// One instance: the plugin's object and the handlers it declared; handlers go last, as they may refer to the object.
template <class T> struct instance {
  std::deque<handler_slot> slots;
  std::unique_ptr<T> object;
};

template <class T> std::int32_t init(const davit_host *host, davit_init *in, void **out) noexcept {
  const auto say = [&](std::int32_t status, std::string_view text) {
    return host->init_fail(host, in, status, str(text));
  };
  try {
    auto made = std::make_unique<instance<T>>();
    setup s(host, in, made->slots);
    made->object = std::make_unique<T>(s);
    *out = made.release();
    return DAVIT_OK;
  } catch (const error &e) {
    return say(e.status() < 0 ? e.status() : DAVIT_ERR, e.what());
  } catch (const std::bad_alloc &) {
    return say(DAVIT_ERR_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return say(DAVIT_ERR, e.what());
  } catch (...) {
    return say(DAVIT_ERR, "init threw something that is not a std::exception");
  }
}

template <class T> void destroy(void *p) noexcept {
  try {
    delete static_cast<instance<T> *>(p);
  } catch (...) { // a destructor declared noexcept(false): there is nobody left to tell
  }
}

template <class T, class = void> struct keys_of {
  static const davit_key *const *list() noexcept { return nullptr; }
  static constexpr std::uint32_t count = 0;
};
template <class T> struct keys_of<T, std::void_t<decltype(std::size(T::keys))>> {
  static constexpr std::uint32_t count = static_cast<std::uint32_t>(std::size(T::keys));
  static const davit_key *const *list() {
    static const auto keys = [] {
      std::vector<davit_key> v;
      for (const key &k : T::keys) v.push_back(to_c(k));
      return v;
    }();
    static const auto pointers = [] {
      std::vector<const davit_key *> v;
      for (const davit_key &k : keys) v.push_back(&k);
      return v;
    }();
    return pointers.data();
  }
};

template <class T, class... C>
const davit_plugin *describe(std::string_view id, std::string_view version, std::string_view summary,
                             const C &...capability) {
  static const std::vector<davit_str> capabilities{str(capability)...};
  static const davit_plugin plugin = [&] {
    davit_plugin p{};
    p.struct_size = sizeof(davit_plugin);
    p.abi_major = DAVIT_ABI_MAJOR;
    p.min_minor = DAVIT_TARGET_MINOR;
    p.id = str(id);
    p.version = str(version);
    p.summary = str(summary);
    p.keys = keys_of<T>::list();
    p.key_count = keys_of<T>::count;
    p.capabilities = capabilities.data();
    p.capability_count = static_cast<std::uint32_t>(capabilities.size());
    p.init = &init<T>;
    p.destroy = &destroy<T>;
    return p;
  }();
  return &plugin;
}

// Plugins made of free functions: DAVIT_HOOK adds to this list, in the order of the file.
struct hook {
  std::string_view phase; // empty: offered, not bound
  std::string_view name;
  void (*fn)(context &);
};
inline std::vector<hook> &hooks() {
  static std::vector<hook> all;
  return all;
}
struct hook_registration {
  hook_registration(std::string_view at, std::string_view name, void (*fn)(context &)) {
    hooks().push_back({at, name, fn});
  }
};
struct hooks_plugin {
  explicit hooks_plugin(setup &s) {
    for (const hook &h : hooks()) {
      s.offer(h.name, h.fn);
      if (!h.phase.empty()) s.bind(h.name, h.phase);
    }
  }
};
} // namespace detail
} // namespace v1_0
} // namespace DAVIT_HIDDEN

// Exports a class as the plugin: constructible from davit::setup&, with `static constexpr davit::key keys[]` if it has
// configuration. DAVIT_PLUGIN(type, id, version, summary, capability…)
#define DAVIT_PLUGIN(type, ...)                                                                                        \
  extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {                                                  \
    try {                                                                                                              \
      return ::davit::detail::describe<type>(__VA_ARGS__);                                                             \
    } catch (...) {                                                                                                    \
      return nullptr; /* out of memory: davit says that the entry function gave no descriptor */                       \
    }                                                                                                                  \
  }

// A handler as a free function, bound to a phase: DAVIT_HOOK(post_execute, name) { … use cx … }
#define DAVIT_HOOK(at, name) DAVIT_HOOK_IMPL(::davit::phase::at, name)
// One that davit.toml binds by name.
#define DAVIT_HANDLER(name) DAVIT_HOOK_IMPL(::std::string_view{}, name)
#define DAVIT_HOOK_IMPL(at, name)                                                                                      \
  static void name(::davit::context &cx);                                                                              \
  static const ::davit::detail::hook_registration name##_registration{at, #name, &name};                               \
  static void name([[maybe_unused]] ::davit::context &cx)
// Exports the functions of this library as the plugin: DAVIT_HOOKS(id, version, summary, capability…)
#define DAVIT_HOOKS(...) DAVIT_PLUGIN(::davit::detail::hooks_plugin, __VA_ARGS__)

#endif
