// davit.integrity-check: what must be true of the data, said in SQL, holds or the migration does not.
#include "capture.hpp"
#include "check.hpp"
#include "keys.hpp"

#include "common/config.hpp"

#include <davit/plugin.hpp>

namespace integrity_check {
namespace {

// A handler for each check and for each end of a capture: each has its own savepoint, ledger row and, in davit.toml,
// its own policy and deadline.
struct plugin {
  static constexpr auto &keys = integrity_check::keys;

  explicit plugin(davit::setup &s) {
    const std::uint64_t checks = s.config_length("checks");
    const std::uint64_t captures = s.config_length("captures");
    if (checks + captures == 0)
      common::refuse("checks", "there are neither checks nor captures, so the plugin would do nothing");
    for (std::uint64_t i = 0; i < captures; ++i) capture(s, i).declare(s);
    for (std::uint64_t i = 0; i < checks; ++i) check(s, i).declare(s);
  }
};

} // namespace
} // namespace integrity_check

DAVIT_PLUGIN(integrity_check::plugin, "davit.integrity-check", "0.1.0",
             "Checks the data with SQL: expected results, and values before and after", "db.read")
