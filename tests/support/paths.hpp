// Where the build put what the tests run, as absolute paths.
#pragma once

#include <filesystem>

namespace davit::test {

std::filesystem::path davit_program();
std::filesystem::path plugin_dir();      // the plugins that davit ships: libdavit_NAME.so
std::filesystem::path test_plugin_dir(); // the plugins of tests/sdk: libNAME.so
std::filesystem::path source_root();

} // namespace davit::test
