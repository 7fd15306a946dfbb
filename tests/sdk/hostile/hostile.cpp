// The plugin itself, on the C functions alone: the C++ wrapper would keep it from most of its deeds.
#include "hostile.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

namespace hostile {

void signal_and_hang(int signal) {
  ::kill(::getpid(), signal);
  hang();
}

void hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

namespace {

struct instance {
  const davit_host *host = nullptr;
  davit_init *init = nullptr; // kept for longer than it lives
  std::string act, at, destroy, more;
};

std::int32_t nothing(const scene &) { return DAVIT_OK; }

deed find(const std::string &name) {
  for (const auto &family : {fatal_deeds(), process_deeds(), text_deeds(), place_deeds(), late_deeds()})
    if (const auto at = family.find(name); at != family.end()) return at->second;
  return nullptr;
}

// The [init] functions refuse a late call, whichever it is.
std::int32_t use_kept_init(const instance &i) {
  davit_value v{};
  std::uint64_t n = 0;
  const auto &h = *i.host;
  for (const auto status :
       {h.handler(
            i.host, i.init, text("late"), [](void *, davit_ctx *) -> std::int32_t { return 0; }, nullptr, 0),
        h.bind(i.host, i.init, text("strike"), text("after_ddl"), 0, 0), h.config(i.host, i.init, text("act"), &v),
        h.config_length(i.host, i.init, text("act"), &n)})
    if (status != DAVIT_ERR_STALE) return status == DAVIT_OK ? DAVIT_ERR : status;
  return DAVIT_OK;
}

std::int32_t strike(void *user, davit_ctx *ctx) {
  const auto &i = *static_cast<const instance *>(user);
  if (i.act == "late_init") return use_kept_init(i);
  const deed d = find(i.act);
  return d ? d({i.host, ctx, text(i.more)}) : nothing({});
}

std::string config(const davit_host *host, davit_init *init, std::string_view key) {
  davit_value v{};
  if (host->config(host, init, text(key), &v) != DAVIT_OK || v.type != DAVIT_TYPE_STR) return {};
  return {v.as.str.data, v.as.str.len};
}

// Handler functions without a ctx, and with none that ever was one of a handler.
std::int32_t call_handler_functions(const davit_host *h) {
  davit_value v{};
  for (const auto status : {h->query(nullptr, DAVIT_CONN_MIGRATION, text("SELECT 1"), nullptr, 0, nullptr),
                            h->stat_set(nullptr, text("x"), &v), h->undo(nullptr), h->report(nullptr, 1, text("x")),
                            h->info(nullptr, text("stats"), &v), h->release(nullptr, nullptr)})
    if (status != DAVIT_ERR_INVALID) return DAVIT_ERR;
  return h->run(nullptr) || h->migration(nullptr) || h->binding(nullptr) ? DAVIT_ERR : DAVIT_OK;
}

std::int32_t misbehave(const davit_host *host, davit_init *init, const std::string &how) {
  if (how == "throw") throw std::runtime_error("thrown by init");
  if (how == "throw_int") throw 42;
  if (how == "fail") return host->init_fail(host, init, DAVIT_ERR, text("no licence"));
  if (how == "bad_status") return 4711;
  if (how == "bad_text") return host->init_fail(host, init, DAVIT_ERR, text("\xff\xfe"));
  if (how == "hang") hang();
  if (how == "signal_and_hang") signal_and_hang(SIGRTMIN);
  if (how == "log_and_hang") {
    host->log(host, DAVIT_LOG_INFO, text("init begins"));
    hang();
  }
  if (how == "crash") std::abort();
  if (how == "exit") std::exit(0);
  if (how == "unknown_phase") return host->bind(host, init, text("strike"), text("before_dll"), 0, 0);
  if (how == "unknown_phase_ignored") host->bind(host, init, text("strike"), text("before_dll"), 0, 0);
  if (how == "twice") return host->handler(host, init, text("strike"), &strike, nullptr, 0);
  if (how == "twice_ignored") host->handler(host, init, text("strike"), &strike, nullptr, 0);
  if (how == "handler_functions") return call_handler_functions(host);
  const std::string more = config(host, init, "more");
  const deed d = find(how);
  return d ? d({host, nullptr, text(more)}) : nothing({});
}

std::int32_t start(const davit_host *host, davit_init *init, void **out) {
  static auto *const all = new std::list<instance>; // never freed: nobody destroys what a failed init has made
  auto *i = &all->emplace_back(instance{host, init, config(host, init, "act"), config(host, init, "at"),
                                        config(host, init, "destroy"), config(host, init, "more")});
  *out = i;
  if (const auto status = host->handler(host, init, text("strike"), &strike, i, 0); status != DAVIT_OK) return status;
  if (const auto status = host->bind(host, init, text("strike"), text(i->at), 0, 0); status != DAVIT_OK) return status;
  return misbehave(host, init, config(host, init, "init"));
}

void end(void *self) {
  const auto *i = static_cast<const instance *>(self);
  const std::string how = i->destroy;
  if (how == "throw") throw std::runtime_error("thrown by destroy");
  if (how == "hang") hang();
  if (how == "log_and_hang") {
    i->host->log(i->host, DAVIT_LOG_INFO, text("destroy begins"));
    hang();
  }
  if (how == "signal_and_hang") signal_and_hang(SIGRTMIN);
  if (how == "terminate_and_hang") signal_and_hang(SIGTERM);
  if (const deed d = find(how)) d({nullptr, nullptr, text(i->more)});
}

davit_key key(std::string_view name, std::string_view fallback) {
  davit_key k{};
  k.struct_size = sizeof k;
  k.type = DAVIT_TYPE_STR;
  k.name = text(name);
  k.default_value.type = DAVIT_TYPE_STR;
  k.default_value.as.str = text(fallback);
  return k;
}

} // namespace
} // namespace hostile

extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {
  using namespace hostile;
  static const davit_key all[] = {key("act", ""), key("at", "before_ddl"), key("init", ""), key("destroy", ""),
                                  key("more", "")};
  static const davit_key *const keys[] = {&all[0], &all[1], &all[2], &all[3], &all[4]};
  static const davit_str capabilities[] = {DAVIT_STR("?db.read"), DAVIT_STR("?db.write")};
  static const davit_plugin plugin = [] {
    davit_plugin p{};
    p.struct_size = sizeof p;
    p.abi_major = DAVIT_ABI_MAJOR;
    p.min_minor = DAVIT_TARGET_MINOR;
    p.id = text("org.davit.test.hostile");
    p.version = text("1.0.0");
    p.summary = text("Misbehaves as its configuration says");
    p.keys = keys;
    p.key_count = 5;
    p.capabilities = capabilities;
    p.capability_count = 2;
    p.init = &start;
    p.destroy = &end;
    return p;
  }();
  return &plugin;
}
