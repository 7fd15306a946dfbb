#include "plugin/descriptor.hpp"

#include "base/error.hpp"
#include "plugin/crash_reporter.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace davit::plugin {
namespace {

// What 1.0 had; a plugin may know more, never less.
constexpr std::uint32_t plugin_size_1_0 = sizeof(davit_plugin);
constexpr std::uint32_t key_size_1_0 = sizeof(davit_key);
constexpr std::uint32_t most_entries = 10'000; // more keys or capabilities than this is garbage

[[noreturn]] void refuse(std::string what, std::string hint = "build the plugin again with the SDK's headers") {
  throw error(error_code::plugin_abi, std::move(what), std::move(hint));
}

std::string text_of(davit_str s, const char *what, bool may_be_empty = false) {
  if ((!s.data && s.len) || s.len > longest_text || !is_text(view(s)))
    refuse("its descriptor's " + std::string(what) + " is not text");
  if (!may_be_empty && s.len == 0) refuse("its descriptor's " + std::string(what) + " is empty");
  return std::string(view(s));
}

config_key read_key(const davit_key *k) {
  if (!k || k->struct_size < key_size_1_0) refuse("its descriptor has a configuration key of a size that cannot be");
  config_key out{text_of(k->name, "configuration key's name"),
                 text_of(k->doc, "configuration key's text", true),
                 k->type,
                 (k->flags & DAVIT_KEY_REQUIRED) != 0,
                 (k->flags & DAVIT_KEY_SECRET) != 0,
                 {}};
  if (k->reserved != 0 || (k->flags & ~static_cast<std::uint32_t>(DAVIT_KEY_REQUIRED | DAVIT_KEY_SECRET)) != 0)
    refuse("its configuration key '" + out.path + "' has flags that this davit does not know", "use a newer davit");
  if (k->type < DAVIT_TYPE_BOOL || k->type > DAVIT_TYPE_JSON)
    refuse("its configuration key '" + out.path + "' has an unknown type");
  if (out.secret && k->type != DAVIT_TYPE_STR)
    refuse("its configuration key '" + out.path + "' is secret, but no string");
  const auto value = copy(k->default_value);
  if (!value || (k->default_value.type != DAVIT_TYPE_NONE && k->default_value.type != k->type))
    refuse("the default of its configuration key '" + out.path + "' is not of its type");
  out.default_value = *value;
  return out;
}

// nullopt: an optional one that this davit does not have.
std::optional<capability> read_capability(davit_str s) {
  static constexpr std::string_view known[] = {"db.read", "db.write", "net", "exec"};
  std::string name = text_of(s, "capability");
  const bool optional = name.front() == '?';
  if (optional) name.erase(0, 1);
  if (std::find(std::begin(known), std::end(known), name) != std::end(known))
    return capability{std::move(name), optional};
  if (optional) return std::nullopt;
  throw error(error_code::plugin_capability,
              "it requires the capability '" + name + "', which this davit does not have",
              "use a newer davit, or a build of the plugin that does without (\"?" + name + "\")");
}

} // namespace

descriptor read_descriptor(const davit_plugin &p, std::string_view what) {
  const crash_note note(what);
  if (p.struct_size < plugin_size_1_0 || p.struct_size > (1U << 16))
    refuse("its descriptor says that it has " + std::to_string(p.struct_size) + " bytes; ABI 1.0 has " +
           std::to_string(plugin_size_1_0));
  if (p.abi_major != DAVIT_ABI_MAJOR)
    refuse("it speaks plugin ABI " + std::to_string(p.abi_major) + ", this davit speaks " +
               std::to_string(DAVIT_ABI_MAJOR),
           "take a build of the plugin for this ABI, or another davit");
  if (p.min_minor > DAVIT_ABI_MINOR)
    refuse("it needs plugin ABI 1." + std::to_string(p.min_minor) + ", this davit has 1." +
               std::to_string(DAVIT_ABI_MINOR),
           "use a newer davit, or build the plugin with DAVIT_TARGET_MINOR=" + std::to_string(DAVIT_ABI_MINOR));
  if (!p.init) refuse("its descriptor has no init");
  if (p.key_count > most_entries || (p.key_count && !p.keys)) refuse("its descriptor's configuration keys are garbage");
  if (p.capability_count > most_entries || (p.capability_count && !p.capabilities))
    refuse("its descriptor's capabilities are garbage");

  descriptor d{text_of(p.id, "id"),
               text_of(p.version, "version"),
               text_of(p.summary, "summary", true),
               p.min_minor,
               {},
               {},
               p.init,
               p.destroy,
               p.get_extension};
  for (std::uint32_t i = 0; i < p.key_count; ++i) d.keys.push_back(read_key(p.keys[i]));
  for (std::uint32_t i = 0; i < p.capability_count; ++i)
    if (auto c = read_capability(p.capabilities[i])) d.capabilities.push_back(std::move(*c));
  return d;
}

} // namespace davit::plugin
