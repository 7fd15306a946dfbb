#include "bench/paths.hpp"

namespace davit::bench {

std::filesystem::path own_davit() { return DAVIT_PROGRAM; }
std::filesystem::path counter_plugin() { return DAVIT_BENCH_PLUGINS "/libbench_counter.so"; }
std::filesystem::path idle_plugin() { return DAVIT_BENCH_PLUGINS "/libbench_idle.so"; }
std::filesystem::path idle_library() { return DAVIT_BENCH_PLUGINS "/libbench_idle_bare.so"; }

} // namespace davit::bench
