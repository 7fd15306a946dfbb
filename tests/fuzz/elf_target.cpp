// The look at a library before the linker sees it: refused in words, or a library with davit's entry function.
#include "fuzz/target.hpp"
#include "plugin/elf.hpp"

using davit::error_code;
using davit::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const auto bytes = davit::fuzz::text_of(data, size);
  try {
    const auto facts = davit::plugin::inspect_elf(bytes, "davit_plugin_v1");
    require(bytes.starts_with("\x7f"
                              "ELF"),
            "what is accepted is an ELF file");
    const auto is_in_file = [&](const std::string &name) { return bytes.find(name + '\0') != std::string::npos; };
    require(is_in_file("davit_plugin_v1"), "what is accepted names its entry function");
    for (const auto &name : facts.needed) require(is_in_file(name), "a needed library is named in the file");
    require(facts.glibc.empty() || is_in_file(facts.glibc), "the glibc version is named in the file");
  } catch (const davit::error &e) {
    require(e.code == error_code::plugin_file || e.code == error_code::plugin_abi, "a refusal is one of a plugin");
    require(!e.message.empty() && !e.hint.empty(), "a refusal says what is wrong, and what to do");
  }
  return 0;
}
