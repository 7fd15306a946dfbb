// davit.read-model: keeps denormalised tables up to date while migrations change what they are made of.
#include "model.hpp"

#include "common/config.hpp"

#include <davit/plugin.hpp>

namespace read_model {
namespace {

// A handler for each model: each has its own savepoint, ledger row and, in davit.toml, its own policy and deadline.
struct plugin {
  static constexpr auto &keys = read_model::keys;

  explicit plugin(davit::setup &s) {
    std::size_t i = 0;
    for (const model &m : read_models(s)) {
      const std::string prefix = "models." + std::to_string(i++);
      common::on(s, m.phase, prefix + ".phase", m.name, prefix + ".name", [m](davit::context &cx) { refresh(m, cx); });
    }
  }
};

} // namespace
} // namespace read_model

DAVIT_PLUGIN(read_model::plugin, "davit.read-model", "0.1.0",
             "Backfills read models when migrations change their sources", "db.write")
