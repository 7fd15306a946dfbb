// A plugin's configuration from TOML text, as the host reads it.
#pragma once

#include "config/toml_reader.hpp"
#include "plugin/configuration.hpp"
#include "support/temp_folder.hpp"

#include <string>
#include <vector>

namespace davit::test {

inline plugin::config_key key(std::string path, std::uint32_t type, plugin::value fallback = {}) {
  return {std::move(path), "what it is for", type, false, false, std::move(fallback)};
}

inline plugin::config_key required(plugin::config_key k) {
  k.required = true;
  return k;
}

inline plugin::config_key secret(plugin::config_key k) {
  k.secret = true;
  return k;
}

// `toml` stands in a file davit.toml of `folder`, and is all of the plugin's table.
inline plugin::configuration config_of(const temp_folder &folder, std::string_view toml,
                                       const std::vector<plugin::config_key> &keys) {
  const auto file = folder.write("davit.toml", toml).string();
  auto root = config::parse_toml(toml, file);
  return {std::move(root), keys, {file, 1, 1}, folder.path().string()};
}

} // namespace davit::test
