#include "plugin/init_functions.hpp"

#include "base/nearest.hpp"
#include "plugin/foreign_code.hpp"
#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"
#include "plugin/phases.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

// What `davit_init *` points to. Never freed, so that a late use is refused safely.
struct davit_init {
  davit::plugin::instance *owner = nullptr;
  std::thread::id thread;
  std::atomic<bool> open{true};
  std::string error;                      // of the latest negative status
  std::string said;                       // by init_fail
  std::string refused;                    // the first handler or binding that was
  std::deque<davit::plugin::value> given; // keeps what config() lent until init returns
};

namespace davit::plugin {
namespace {

davit_init &new_init() {
  static auto *const all = new std::deque<davit_init>;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return all->emplace_back();
}

std::int32_t refuse(davit_init *init, std::int32_t status, std::string why) {
  init->error = std::move(why);
  return status;
}

// What cannot be declared as it was asked for. A plugin that goes on regardless would have a hook that never fires.
std::int32_t refuse_declaration(davit_init *init, std::int32_t status, std::string why) {
  if (init->refused.empty()) init->refused = why;
  return refuse(init, status, std::move(why));
}

// Every function: is this the moment and the thread, and no exception out.
template <class F> std::int32_t guarded(davit_init *init, F &&work) {
  if (!init) return DAVIT_ERR_INVALID;
  if (!init->open) return DAVIT_ERR_STALE;
  if (init->thread != std::this_thread::get_id()) return DAVIT_ERR_THREAD;
  try {
    return work();
  } catch (const error &e) {
    return refuse(init, DAVIT_ERR_TYPE, e.message);
  } catch (const std::bad_alloc &) {
    return DAVIT_ERR_MEMORY;
  } catch (const std::exception &e) {
    return refuse(init, DAVIT_ERR, e.what());
  }
}

bool is_name(std::string_view s) {
  return !s.empty() && s.size() <= 255 && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

std::int32_t declare_handler(const davit_host *, davit_init *init, davit_str name, davit_handler_fn fn, void *user,
                             std::uint32_t flags) {
  return guarded(init, [&]() -> std::int32_t {
    const std::string key(view(name));
    if (!is_name(key))
      return refuse_declaration(init, DAVIT_ERR_INVALID, "'" + key + "' is no handler name: use A-Z a-z 0-9 _ . -");
    if ((flags & ~static_cast<std::uint32_t>(DAVIT_HANDLER_DRY_RUN_SAFE | DAVIT_HANDLER_CUT_OVER_SAFE)) != 0)
      return refuse_declaration(init, DAVIT_ERR_INVALID,
                                "handler '" + key + "' has flags that this davit does not know");
    if (!fn) return refuse_declaration(init, DAVIT_ERR_INVALID, "handler '" + key + "' has no function");
    if (init->owner->find_handler(key))
      return refuse_declaration(init, DAVIT_ERR_INVALID, "handler '" + key + "' is declared twice");
    init->owner->declare(
        {key, fn, user, (flags & DAVIT_HANDLER_DRY_RUN_SAFE) != 0, (flags & DAVIT_HANDLER_CUT_OVER_SAFE) != 0});
    return DAVIT_OK;
  });
}

std::int32_t bind(const davit_host *, davit_init *init, davit_str name, davit_str phase, std::int32_t priority,
                  std::uint32_t flags) {
  return guarded(init, [&]() -> std::int32_t {
    const std::string handler(view(name));
    if ((flags & ~static_cast<std::uint32_t>(DAVIT_BIND_OPTIONAL)) != 0)
      return refuse_declaration(init, DAVIT_ERR_INVALID,
                                "a binding of '" + handler + "' has flags that this davit does not know");
    if (!init->owner->find_handler(handler))
      return refuse_declaration(init, DAVIT_ERR_NOT_FOUND,
                                "cannot bind '" + handler + "': no handler of that name is declared");
    if (!find_phase(view(phase))) {
      if (flags & DAVIT_BIND_OPTIONAL) return DAVIT_OK;
      return refuse_declaration(init, DAVIT_ERR_NOT_FOUND,
                                "this davit has no phase '" + std::string(view(phase)) + "'; " +
                                    did_you_mean(view(phase), phase_names()));
    }
    init->owner->bind({handler, std::string(view(phase)), priority});
    return DAVIT_OK;
  });
}

std::int32_t config(const davit_host *, davit_init *init, davit_str path, davit_value *out) {
  return guarded(init, [&]() -> std::int32_t {
    if (!out) return refuse(init, DAVIT_ERR_INVALID, "config: no place for the value");
    auto found = init->owner->config().get(view(path));
    if (!found)
      return refuse(init, DAVIT_ERR_NOT_FOUND,
                    "the plugin declares no configuration key '" + std::string(view(path)) + "'");
    *out = borrow(init->given.emplace_back(std::move(*found)));
    return DAVIT_OK;
  });
}

std::int32_t config_length(const davit_host *, davit_init *init, davit_str path, std::uint64_t *out) {
  return guarded(init, [&]() -> std::int32_t {
    if (!out) return refuse(init, DAVIT_ERR_INVALID, "config_length: no place for the number");
    const auto n = init->owner->config().length(view(path));
    if (!n)
      return refuse(init, DAVIT_ERR_NOT_FOUND,
                    "the plugin declares no configuration key '" + std::string(view(path)) + "'");
    *out = *n;
    return DAVIT_OK;
  });
}

std::int32_t init_fail(const davit_host *, davit_init *init, std::int32_t status, davit_str text) {
  guarded(init, [&] {
    init->said = init->owner->shared().secrets.spoken(view(text), "(a reason that is not UTF-8 text)");
    return DAVIT_OK;
  });
  return status;
}

davit_str init_error(const davit_host *, davit_init *init) {
  if (!init || !init->open || init->thread != std::this_thread::get_id())
    return to_abi("called outside of init, or on another thread");
  return to_abi(init->error);
}

} // namespace

void fill_init_functions(davit_host &t) {
  t.handler = declare_handler;
  t.bind = bind;
  t.config = config;
  t.config_length = config_length;
  t.init_fail = init_fail;
  t.init_error = init_error;
}

init_outcome call_init(const davit_host &host, decltype(davit_plugin::init) init, instance &owner, void *&self) {
  davit_init &handle = new_init();
  handle.owner = &owner;
  handle.thread = std::this_thread::get_id();
  init_outcome out{};
  std::string thrown =
      catch_foreign("plugin '" + owner.name() + "', init", [&] { out.status = init(&host, &handle, &self); });
  if (thrown.empty())
    out.text = handle.said.empty() ? handle.error : handle.said;
  else
    out = {DAVIT_ERR, std::move(thrown)};
  handle.open = false;
  handle.given.clear();
  if (out.status != DAVIT_OK) return out;
  if (handle.refused.empty())
    out.text.clear();
  else
    out = {DAVIT_ERR, "it went on although davit had refused what it declares: " + handle.refused};
  return out;
}

} // namespace davit::plugin
