// A look at a shared library before the dynamic linker sees it: what dlopen answers with SIGBUS, a crash of its own or
// a riddle is told here in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

struct elf_facts {
  std::vector<std::string> needed; // DT_NEEDED
  std::string glibc;               // highest GLIBC_x.y version asked for; empty: none
};

// Reads the bytes of a library. Throws error_code::plugin_file, or plugin_abi if it lacks `entry_symbol`, with what is
// wrong and what to do; the caller adds the file's name. Never reads outside of `bytes`,
// and takes time and memory in proportion to them whatever they hold.
elf_facts inspect_elf(std::string_view bytes, std::string_view entry_symbol);

} // namespace davit::plugin
