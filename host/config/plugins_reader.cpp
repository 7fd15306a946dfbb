#include "config/sections.hpp"

#include "config/complaint.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace davit::config {
namespace {

constexpr std::string_view title = "[[plugins]]";
constexpr auto lower_hex = "0123456789abcdef";

std::string plugin_name(const entry &source, const std::vector<plugin_settings> &earlier) {
  const auto &name = source.non_empty_text();
  const auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  if (name.find_first_not_of(allowed) != std::string::npos)
    source.refuse(fmt::format("'{}' cannot name a plugin", name), "use letters, digits, '_', '.' and '-' only");
  for (const auto &other : earlier)
    if (other.name == name)
      source.refuse(fmt::format("there are two plugins named '{}'", name),
                    fmt::format("the first one is at {}; give this one another name", to_string(other.where)));
  return name;
}

std::string sha256(const entry &source) {
  auto digits = source.text();
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (digits.size() != 64 || digits.find_first_not_of(lower_hex) != std::string::npos)
    source.refuse("'sha256' must be 64 hexadecimal digits", "`sha256sum FILE` prints them");
  return digits;
}

std::vector<std::string> environments(const entry &source) {
  auto names = source.texts();
  if (names.empty())
    source.refuse("'environments' is empty, so the plugin would never be loaded",
                  "name at least one, or leave the key out for all of them");
  return names;
}

} // namespace

std::vector<plugin_settings> read_plugins(const entry &source) {
  std::vector<plugin_settings> plugins;
  for (const auto &element : tables_of(source, title)) {
    plugin_settings p;
    p.where = element.where;
    read_table(element, title,
               {{"name", [&](const entry &e) { p.name = plugin_name(e, plugins); }, true},
                {"path", [&](const entry &e) { p.path = e.non_empty_text(); }, true},
                {"sha256", [&](const entry &e) { p.sha256 = sha256(e); }},
                {"environments", [&](const entry &e) { p.environments = environments(e); }},
                {"grant", [&](const entry &e) { p.grant = e.texts(); }},
                {"deadline", [&](const entry &e) { p.deadline = e.duration(); }},
                {"on_failure", [&](const entry &e) { p.on_failure = e.policy(); }},
                {"allow_writable", [&](const entry &e) { p.allow_writable = e.flag(); }},
                {"config", [&](const entry &e) { p.config = e.as_table(); }}});
    plugins.push_back(std::move(p));
  }
  return plugins;
}

} // namespace davit::config
