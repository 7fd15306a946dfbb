// What hooks see of the migration that they belong to, and that they never wait for it.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a hook that reads the table which its migration has altered is answered, on its own connection and beside") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "SELECT count(*) FROM big" },
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM big", catch = true })t"));
  p.database().sql("CREATE TABLE big AS SELECT generate_series(1, 2) AS i");
  p.migration("0001_alter.up.sql", "ALTER TABLE big ADD j int;");
  const auto said = up(p, 0).messages("after_ddl");
  CHECK(said.starts_with("2; STATE: the side connection waits for AccessShareLock on "));
  CHECK(has(said, "big, which this migration holds"));
}

TEST_CASE("a hook after the SQL whose second connection wants a row of the migration fails, and hangs nobody") {
  const project p(
      with_probe(R"t({ phase = "cleanup", do = "sql", side = true, sql = "UPDATE stock SET left_over = 0" })t"));
  p.database().sql("CREATE TABLE stock AS SELECT 5 AS left_over");
  p.migration("0001_count.up.sql", "UPDATE stock SET left_over = 4;");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/message"), "which this migration holds until the handler returns"));
  CHECK(p.database().sql("SELECT left_over FROM stock") == "5");
  CHECK(ledger(p) == "");
}

TEST_CASE("a check after the SQL looks at the new schema, so that it can stop the migration") {
  for (const std::string phase : {"after_ddl", "after_validation", "cleanup"}) {
    CAPTURE(phase);
    const auto check = [&phase](std::string_view nulls) {
      return with_probe(action("phase = \"" + phase + "\"",
                               R"t(do = "sql", sql = "SELECT count(*) FROM users WHERE email IS NULL", expect = ")t" +
                                   std::string(nulls) + '"'));
    };
    const project p(check("0"));
    p.database().sql("CREATE TABLE users AS SELECT 'Ada' AS name");
    p.migration("0001_email.up.sql", "ALTER TABLE users ADD email text;");
    CHECK(up(p, 1).answer().text("/error/message") == "'sql' yields '1', expected '0'");
    CHECK(ledger(p) == "");
    p.configure(check("1"));
    up(p, 0);
    CHECK(ledger(p) == "0001 applied");
  }
}
