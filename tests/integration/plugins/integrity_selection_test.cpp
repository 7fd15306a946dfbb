// Which migrations a check is run for.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string checks(std::string_view list) { return "config = { checks = [" + std::string(list) + "] }"; }

} // namespace

TEST_CASE("integrity-check: if_missing = skip passes over what is not there yet, and says so") {
  const project p(only(
      "integrity_check",
      checks(R"({ name = "orders", sql = "SELECT count(*) FROM shop.orders", expect = 0, if_missing = "skip" })")));
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  p.migration("2_schema.up.sql", "CREATE SCHEMA shop;");
  p.migration("3_orders.up.sql", "CREATE TABLE shop.orders (id int);");
  up(p, 0);
  CHECK(p.database().sql("SELECT message FROM davit.hook_call ORDER BY ordinal") ==
        "skipped: relation \"shop.orders\" does not exist\nskipped: relation \"shop.orders\" does not exist\n"
        "holds: found 0");
  CHECK(p.database().sql("SELECT to_regclass('one') IS NOT NULL") == "t"); // the failed query took nothing with it
  p.migration("4_order.up.sql", "INSERT INTO shop.orders VALUES (1);");
  up(p, 1);
}

TEST_CASE("integrity-check: versions and since choose migrations by number") {
  const project p(only("integrity_check", checks(R"(
    { name = "these", sql = "SELECT 1", expect = 1, versions = ["2", "0010"] },
    { name = "later", sql = "SELECT 1", expect = 1, since = "9" })")));
  for (const char *version : {"001", "002", "009", "010"}) p.migration(std::string(version) + "_m.up.sql", "SELECT 1;");
  up(p, 0);
  const auto run_for = [&p](const std::string &handler) {
    return p.database().sql(
        "SELECT string_agg(migration, ' ' ORDER BY ordinal) FROM davit.hook_call WHERE handler = '" + handler +
        "' AND message LIKE 'holds%'");
  };
  CHECK(run_for("these") == "002 010");
  CHECK(run_for("later") == "009 010");
}

TEST_CASE("integrity-check: a check goes the way that it is configured for") {
  const project p(only("integrity_check", checks(R"(
    { name = "up", sql = "SELECT 1", expect = 1 },
    { name = "down", sql = "SELECT 1", expect = 1, direction = "down" },
    { name = "both", sql = "SELECT 1", expect = 1, direction = "both" })")));
  p.migration("1_one.up.sql", "SELECT 1;");
  p.migration("1_one.down.sql", "SELECT 1;");
  up(p, 0);
  CHECK(p.davit({"down"}).exit_code == 0);
  CHECK(p.database().sql("SELECT string_agg(handler, ' ' ORDER BY c.ordinal) FROM davit.hook_call c "
                         "JOIN davit.run r ON r.id = c.run WHERE c.message LIKE 'holds%'") == "up both down both");
}
