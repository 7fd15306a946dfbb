// What a plugin says of itself, checked and copied: nothing later reads the plugin's own memory.
#pragma once

#include "plugin/value.hpp"

#include <davit/plugin.h>

#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

struct capability {
  std::string name; // "db.read", …
  bool optional;
};

struct config_key {
  std::string path; // "checks[].sql"
  std::string doc;
  std::uint32_t type;
  bool required;
  bool secret;
  value default_value;
};

struct descriptor {
  std::string id, version, summary;
  std::uint16_t min_minor;
  std::vector<capability> capabilities;
  std::vector<config_key> keys;
  decltype(davit_plugin::init) init;
  decltype(davit_plugin::destroy) destroy;
  decltype(davit_plugin::get_extension) get_extension;
};

// Throws error_code::plugin_abi, saying what is wrong with it. `what`: for the report, should reading it crash.
descriptor read_descriptor(const davit_plugin &p, std::string_view what = "the descriptor of a plugin");

} // namespace davit::plugin
