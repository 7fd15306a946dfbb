#include "common/selection.hpp"

#include <doctest/doctest.h>

using common::direction;
using common::selection;
using common::version_less;

namespace {
davit::migration migration(const std::string &version, bool up = true) {
  return {version, "orders", "", "", up, false, 1};
}
} // namespace

TEST_CASE("versions are compared as numbers of any length") {
  CHECK(version_less("2", "10"));
  CHECK_FALSE(version_less("10", "2"));
  CHECK_FALSE(version_less("007", "7"));
  CHECK_FALSE(version_less("7", "007"));
  CHECK(version_less("99999999999999999999998", "99999999999999999999999"));
  CHECK(version_less("0", "1"));
}

TEST_CASE("an empty selection contains every migration that goes up") {
  CHECK(selection{}.contains(migration("1")));
  CHECK_FALSE(selection{}.contains(migration("1", false)));
}

TEST_CASE("versions and since narrow it down") {
  const selection two{{"3", "0012"}, "", direction::both};
  CHECK(two.contains(migration("003")));
  CHECK(two.contains(migration("12", false)));
  CHECK_FALSE(two.contains(migration("4")));
  const selection later{{}, "10", direction::up};
  CHECK_FALSE(later.contains(migration("9")));
  CHECK(later.contains(migration("10")));
  CHECK(later.contains(migration("011")));
}

TEST_CASE("the phase table tells what fires when") {
  CHECK(common::find_phase("after_ddl")->in_migration);
  CHECK(common::find_phase("after_ddl")->takes_veto);
  CHECK(common::find_phase("on_error")->in_migration);
  CHECK_FALSE(common::find_phase("post_complete")->in_migration);
  CHECK_FALSE(common::find_phase("post_execute")->takes_veto);
  CHECK(common::find_phase("post_execute")->fires == direction::up);
  CHECK(common::find_phase("pre_rollback")->fires == direction::down);
  CHECK(common::find_phase("before_ddl")->order < common::find_phase("after_ddl")->order);
  CHECK_FALSE(common::find_phase("after_dinner").has_value());
}
