#include "qualified_name.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using audit_log::parse_qualified_name;

TEST_CASE("a plain name is folded to lower case, as the server does") {
  CHECK(parse_qualified_name("public.davit_audit").quoted() == R"("public"."davit_audit")");
  CHECK(parse_qualified_name("Ops.Audit$2").quoted() == R"("ops"."audit$2")");
  CHECK(parse_qualified_name("größe._x").quoted() == R"("größe"."_x")");
}

TEST_CASE("a quoted name is kept as it is, dots, quotes and spaces included") {
  CHECK(parse_qualified_name(R"("Odd Schema"."my.table")").quoted() == R"("Odd Schema"."my.table")");
  CHECK(parse_qualified_name(R"(ops."say ""hi""")").table == R"(say "hi")");
  CHECK(parse_qualified_name(R"(ops."say ""hi""")").quoted() == R"("ops"."say ""hi""")");
  CHECK(parse_qualified_name(R"(ops."x""; DROP TABLE users; --")").quoted() == R"("ops"."x""; DROP TABLE users; --")");
}

TEST_CASE("a name without a schema is in public, whatever the search_path is") {
  CHECK(parse_qualified_name("Audit").quoted() == R"("public"."audit")");
  CHECK(parse_qualified_name(R"("a.b")").quoted() == R"("public"."a.b")");
}

TEST_CASE("what is no name of a table is refused") {
  const char *const wrong[] = {"",          "a b",  "a.b.c", "a.",     ".b",     "a..b",     "a b.c",
                               "a.b; DROP", "1a.b", "\"a.b", "\"\".b", "a.\"\"", "a.b\"c\"", "a .b"};
  for (const char *text : wrong) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_qualified_name(text), std::invalid_argument);
  }
}

TEST_CASE("a name that the server would cut off is refused") {
  CHECK_NOTHROW(parse_qualified_name("a." + std::string(63, 'x')));
  CHECK_THROWS_AS(parse_qualified_name("a." + std::string(64, 'x')), std::invalid_argument);
  CHECK_THROWS_AS(parse_qualified_name("a.\"" + std::string(64, 'x') + '"'), std::invalid_argument);
}
