// A plugin that does what its configuration says: the tests of the lifecycle put into davit.toml what a handler is to
// do, and see what comes of it. What actions yield is reported, separated by "; ".
#include "actions.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <memory>

namespace {

using probe::action;

class instance;

struct handler {
  instance *owner;
  std::string name;
  std::vector<const action *> script;
  std::list<davit::detail::handler_slot> slot; // one; the wrapper's edge
  probe::bypass bypass;
};

// Once for each [[plugins]] entry. Handlers are declared through the C functions, because some of them end in ways
// that the C++ wrapper would not let through.
class instance {
public:
  instance(const davit_host *host, davit_init *init);

private:
  static std::int32_t enter(void *user, davit_ctx *ctx);
  void run(handler &h, davit::context &cx);
  handler &handler_of(const action &a);
  void declare(davit_init *init);

  const davit_host *host_;
  std::vector<action> actions_;
  std::list<handler> handlers_;
  probe::memory memory_;
};

instance::instance(const davit_host *host, davit_init *init) : host_(host) {
  std::deque<davit::detail::handler_slot> unused;
  actions_ = probe::read_actions(davit::setup(host, init, unused));
  for (const auto &a : actions_) {
    if (!probe::is_verb(a.verb)) throw davit::error("actions.do: there is no '" + a.verb + "'", DAVIT_ERR_INVALID);
    handler_of(a).script.push_back(&a);
  }
  declare(init);
}

handler &instance::handler_of(const action &a) {
  for (auto &h : handlers_)
    if (h.name == a.handler) return h;
  auto &h = handlers_.emplace_back(handler{this, a.handler, {}, {}, {}});
  h.slot.push_back({host_, [this, &h](davit::context &cx) { run(h, cx); }});
  return h;
}

void instance::declare(davit_init *init) {
  const auto check = [&](std::int32_t status) {
    if (status < 0) throw davit::error(davit::detail::text(host_->init_error(host_, init)), status);
  };
  for (auto &h : handlers_) {
    const auto name = davit::detail::str(h.name);
    const std::uint32_t flags = h.name.rfind("safe", 0) == 0 ? std::uint32_t{DAVIT_HANDLER_DRY_RUN_SAFE} : 0U;
    check(host_->handler(host_, init, name, &instance::enter, &h, flags));
    std::vector<std::string> bound;
    for (const auto *a : h.script) {
      if (a->phase.empty() || std::find(bound.begin(), bound.end(), a->phase) != bound.end()) continue;
      bound.push_back(a->phase);
      check(host_->bind(host_, init, name, davit::detail::str(a->phase), static_cast<std::int32_t>(a->priority), 0));
    }
  }
}

std::int32_t instance::enter(void *user, davit_ctx *ctx) {
  auto &h = *static_cast<handler *>(user);
  h.bypass = nullptr;
  const std::int32_t status = davit::detail::call(&h.slot.front(), ctx);
  h.owner->memory_.last_ctx = ctx;
  return h.bypass ? h.bypass() : status;
}

void instance::run(handler &h, davit::context &cx) {
  const bool inside = cx.in_migration();
  const std::string phase = cx.binding().phase;
  std::string yields;
  for (const auto *a : h.script) {
    if (!a->phase.empty() && a->phase != phase) continue;
    if (!a->migration.empty() && !(inside && cx.migration().version == a->migration)) continue;
    if (a->attempt != 0 && !(inside && cx.migration().attempt == a->attempt)) continue;
    const auto got = probe::perform(*a, cx, memory_, h.bypass);
    if (!got.empty()) cx.report(yields += (yields.empty() ? "" : "; ") + got);
    if (h.bypass) return;
  }
}

std::int32_t init(const davit_host *host, davit_init *in, void **out) noexcept {
  try {
    *out = new instance(host, in);
    return DAVIT_OK;
  } catch (const std::exception &e) {
    return host->init_fail(host, in, DAVIT_ERR, davit::detail::str(e.what()));
  }
}

void destroy(void *self) noexcept { delete static_cast<instance *>(self); }

struct schema {
  static constexpr auto &keys = probe::keys;
};

} // namespace

// All capabilities are optional: `grant` in davit.toml decides what a test's handlers may do. One that may act outside
// of the database is built as a library of its own.
extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {
#ifdef PROBE_NET
  static const davit_str capabilities[] = {DAVIT_STR("?db.read"), DAVIT_STR("?db.write"), DAVIT_STR("net")};
#else
  static const davit_str capabilities[] = {DAVIT_STR("?db.read"), DAVIT_STR("?db.write")};
#endif
  static const davit_plugin plugin = [] {
    davit_plugin p{};
    p.struct_size = sizeof(davit_plugin);
    p.abi_major = DAVIT_ABI_MAJOR;
    p.min_minor = DAVIT_TARGET_MINOR;
    p.id = davit_cstr("org.davit.test.probe");
    p.version = davit_cstr("1.0.0");
    p.summary = davit_cstr("Does what its configuration says");
    p.keys = davit::detail::keys_of<schema>::list();
    p.key_count = davit::detail::keys_of<schema>::count;
    p.capabilities = capabilities;
    p.capability_count = std::size(capabilities);
    p.init = &init;
    p.destroy = &destroy;
    return p;
  }();
  return &plugin;
}
