#include "plugin/host_table.hpp"

#include "plugin/call.hpp"
#include "plugin/init_functions.hpp"
#include "plugin/instance.hpp"
#include "plugin/rows_extension.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

instance &owner_of(const davit_host *host) { return *static_cast<instance *>(host->impl); }

const void *get_extension(const davit_host *host, davit_str id) {
  if (view(id) == DAVIT_EXT_ROWS && owner_of(host).rights() != access::none) return rows_extension();
  return nullptr;
}

void log(const davit_host *host, std::int32_t level, davit_str text) {
  const instance &owner = owner_of(host);
  try {
    const auto known =
        std::min(std::max<std::int32_t>(level, DAVIT_LOG_DEBUG), static_cast<std::int32_t>(DAVIT_LOG_ERROR));
    owner.shared().log(known, owner.name(),
                       owner.shared().secrets.spoken(view(text), "(a line that is not UTF-8 text)"));
  } catch (...) { // out of memory, or standard error is gone: there is no other place to say it
  }
}

std::int32_t granted(const davit_host *host, davit_str capability) {
  const auto &all = owner_of(host).capabilities();
  return std::find(all.begin(), all.end(), view(capability)) != all.end() ? 1 : 0;
}

std::int32_t cancelled(const davit_host *host) {
  const instance &owner = owner_of(host);
  return owner.abandoned() ? static_cast<std::int32_t>(DAVIT_CANCEL_ABANDONED) : owner.shared().supervision.reason();
}

} // namespace

davit_host make_host_table(instance &owner) {
  davit_host t{};
  t.struct_size = sizeof(davit_host);
  t.abi_major = DAVIT_ABI_MAJOR;
  t.abi_minor = DAVIT_ABI_MINOR;
  t.impl = &owner;
  t.version = to_abi(DAVIT_VERSION);
  t.instance = to_abi(owner.name());
  fill_init_functions(t);
  t.get_extension = get_extension;
  t.log = log;
  t.cancelled = cancelled;
  fill_handler_functions(t);
  t.granted = granted;
  return t;
}

} // namespace davit::plugin
