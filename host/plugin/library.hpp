// One loaded shared library: checked, loaded for ever, its entry function called.
#pragma once

#include "plugin/elf.hpp"

#include <davit/plugin.h>

#include <filesystem>
#include <string>

namespace davit::plugin {

struct library {
  std::filesystem::path file; // absolute
  std::string sha256;
  elf_facts elf;
  const davit_plugin *descriptor;
};

struct load_rules {
  std::string sha256;          // what the file must hash to; empty: anything
  bool allow_writable = false; // others may write to the file, or to a folder on the way to it
  std::string who{};           // for reports: whose library it is, "plugin 'x'"
};

// Where a path as written in davit.toml is looked for: with a slash relative to `base`; without one in davit's own
// plugin folder, then in each folder of DAVIT_PLUGIN_PATH. Absolute, with its symbolic links. Throws
// error_code::plugin_file that lists every place tried.
std::filesystem::path find_library(const std::string &path, const std::filesystem::path &base);

// Loads a library, or hands out the one that is loaded already. It is never unloaded: code and static data of it may be
// referred to from anywhere. Throws error_code::plugin_*.
const library &load_library(const std::filesystem::path &path, const load_rules &rules);

} // namespace davit::plugin
