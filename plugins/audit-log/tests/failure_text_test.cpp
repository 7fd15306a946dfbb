#include "failure_text.hpp"

#include <doctest/doctest.h>

TEST_CASE("a failure says what, where in the file and in which hook") {
  davit_error e{};
  e.message = DAVIT_STR("division by zero");
  CHECK(audit_log::failure_text(e) == "division by zero");
  e.detail = DAVIT_STR("row 4");
  e.file = DAVIT_STR("migrations/3_orders.up.sql");
  CHECK(audit_log::failure_text(e) == "division by zero; detail: row 4; at migrations/3_orders.up.sql");
  e.line = 7;
  e.column = 12;
  CHECK(audit_log::failure_text(e) == "division by zero; detail: row 4; at migrations/3_orders.up.sql:7:12");
}

TEST_CASE("a hook's failure names the hook") {
  davit_error e{};
  e.message = DAVIT_STR("too many rows");
  e.handler = DAVIT_STR("check");
  e.instance = DAVIT_STR("guard");
  e.phase = DAVIT_STR("before_ddl");
  CHECK(audit_log::failure_text(e) == "too many rows; in check of guard at before_ddl");
}
