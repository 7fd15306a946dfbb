#include "sql/called_names.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

std::string called(std::string_view statement) {
  std::string all;
  for (const auto &name : davit::sql::called_names(statement)) all += (all.empty() ? "" : " ") + name;
  return all;
}

} // namespace

TEST_CASE("the names of what a statement calls") {
  CHECK(called("SELECT App.Set_Path ('a'), f(g(1)), \"Odd \"\"one\"(2)") == "set_path f g Odd \"one");
  CHECK(called("CALL s.p /* here */ (1)") == "p");
  CHECK(called("DO $$ BEGIN PERFORM a(); x := b(1); END $$") == "a b");
  CHECK(called("DO 'BEGIN PERFORM a(''c(1)''); END'") == "a");
}

TEST_CASE("what is only named is not called") {
  CHECK(called("CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS $$ SELECT g() $$") == "");
  CHECK(called("CREATE TABLE IF NOT EXISTS t (a int)") == "");
  CHECK(called("INSERT INTO s.t (a) SELECT f(1)") == "f");
  CHECK(called("ALTER PROCEDURE p() OWNER TO bob") == "");
  CHECK(called("SELECT 'f(1)', $$ f(1) $$ -- f(1)") == "");
  CHECK(called("") == "");
}
