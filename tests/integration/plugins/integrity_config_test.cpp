// Configuration that contradicts itself is refused before anything happens.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("integrity-check: configuration that could never work is refused at once, naming the key") {
  struct {
    std::string_view config, complaint;
  } const wrong[] = {
      {"", "checks: there are neither checks nor captures"},
      {R"(config = { checks = [{ sql = "SELECT 1" }] })", "checks.0: nothing is expected of it"},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, empty = true }] })",
       "checks.0: expect, min/max and empty"},
      {R"(config = { checks = [{ expect = 1 }] })", "sql"},
      {R"(config = { checks = [{ sql = "SELECT 1", expct = 1 }] })", "expect"},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = [1] }] })", "checks.0.expect: "},
      {R"(config = { checks = [{ sql = "SELECT 1", min = 2, max = 1 }] })", "checks.0.min: it is above max"},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, phase = "after_dll" }] })", "checks.0.phase: "},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, phase = "post_execute", veto = true }] })",
       "checks.0.veto: phase post_execute takes no veto"},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, phase = "validated", since = "2" }] })",
       "checks.0.since: "},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, versions = ["v2"] }] })", "checks.0.versions.0: "},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, name = "a b" }] })", "checks.0.name: "},
      {R"(config = { checks = [{ sql = "SELECT 1", expect = 1, name = "a" }, { sql = "SELECT 1", expect = 1, name = "a" }] })",
       "checks.1.name: "},
      {R"(config = { captures = [{ name = "n", sql = "SELECT 1", after = "before_ddl" }] })",
       "captures.0.after: phase before_ddl does not come after before_ddl"},
  };
  for (const auto &w : wrong) {
    CAPTURE(w.config);
    const project p(only("integrity_check", w.config));
    p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
    const auto result = p.davit({"up"});
    CHECK_MESSAGE((result.exit_code == 3 || result.exit_code == 4), result.err);
    CHECK_MESSAGE(has(result.err, w.complaint), result.err);
    CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
  }
}
