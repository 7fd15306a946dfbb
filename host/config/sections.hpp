// The two lists in davit.toml, each with a reader of its own. Inside config/ only.
#pragma once

#include "config/entry.hpp"

namespace davit::config {

// [[plugins]]. Names are unique and made of [A-Za-z0-9_.-].
std::vector<plugin_settings> read_plugins(const entry &source);

// [hooks], which holds [[hooks.PHASE]]: in the order of the file. Whether the plugins exist is not looked at here.
std::vector<hook_settings> read_hooks(const entry &source);

} // namespace davit::config
