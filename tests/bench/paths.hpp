// Where the build put what the benchmarks load.
#pragma once

#include <filesystem>

namespace davit::bench {

std::filesystem::path own_davit();      // the davit of this build
std::filesystem::path counter_plugin(); // adds to a stat at every phase
std::filesystem::path idle_plugin();    // one handler, "idle", which does nothing
std::filesystem::path idle_library();   // the same handler as an exported function, idle()

} // namespace davit::bench
