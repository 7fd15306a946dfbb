// Adds one to a stat at every phase there is.
#include <davit/plugin.hpp>

namespace {

struct counter {
  explicit counter(davit::setup &s) {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure)                                     \
  s.on(davit::phase::name, "at_" #name, [](davit::context &cx) { cx.add_stat("calls", std::int64_t{1}); });
#include <davit/phases.def>
  }
};

} // namespace

DAVIT_PLUGIN(counter, "org.davit.bench.counter", "1.0.0", "Counts its calls")
