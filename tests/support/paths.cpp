#include "support/paths.hpp"

namespace davit::test {

std::filesystem::path davit_program() { return DAVIT_PROGRAM; }
std::filesystem::path plugin_dir() { return DAVIT_PLUGIN_DIR; }
std::filesystem::path test_plugin_dir() { return DAVIT_TEST_PLUGIN_DIR; }
std::filesystem::path source_root() { return DAVIT_SOURCE_ROOT; }

} // namespace davit::test
