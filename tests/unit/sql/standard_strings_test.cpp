#include "statements_of.hpp"

// With the setting off, the rest of the line below is one string.
static const std::string probe = "select '\\'; select 2;';\n";
static bool escapes_after(const std::string &settings) {
  const std::string text = settings + probe;
  return davit::sql::split(text).statements.back().text == "select '\\'; select 2;';";
}

TEST_CASE("standard_conforming_strings is on at first") { CHECK_FALSE(escapes_after("")); }

TEST_CASE("SET changes how strings are read from the next line on") {
  CHECK(escapes_after("set standard_conforming_strings = off;\n"));
  CHECK(escapes_after("SET Standard_Conforming_Strings TO 'off';\n"));
  CHECK(escapes_after("set session standard_conforming_strings to false;\n"));
  CHECK(escapes_after("set standard_conforming_strings=0;\n"));
  CHECK(escapes_after("/* old */ set standard_conforming_strings = off;\n-- now\n"));
  CHECK_FALSE(escapes_after("set standard_conforming_strings = on;\n"));
  CHECK_FALSE(escapes_after("set escape_string_warning = off;\n"));
  CHECK_FALSE(escapes_after("set standard_conforming_strings = off; "));
}

TEST_CASE("the last setting counts") {
  CHECK_FALSE(escapes_after("set standard_conforming_strings = off;\nset standard_conforming_strings = on;\n"));
  CHECK(escapes_after("set standard_conforming_strings = off;\nset standard_conforming_strings = on; "));
  CHECK(escapes_after("set standard_conforming_strings = on; set standard_conforming_strings = off;\n"));
}

TEST_CASE("RESET and DISCARD ALL bring the default back") {
  const std::string off = "set standard_conforming_strings = off;\n";
  CHECK_FALSE(escapes_after(off + "reset standard_conforming_strings;\n"));
  CHECK_FALSE(escapes_after(off + "reset all;\n"));
  CHECK_FALSE(escapes_after(off + "discard all;\n"));
  CHECK_FALSE(escapes_after(off + "set standard_conforming_strings to default;\n"));
  CHECK(escapes_after(off + "reset work_mem;\ndiscard plans;\n"));
}

TEST_CASE("SET LOCAL lasts until the transaction ends") {
  CHECK(escapes_after("begin;\nset local standard_conforming_strings = off;\n"));
  CHECK_FALSE(escapes_after("begin;\nset local standard_conforming_strings = off;\ncommit;\n"));
  CHECK(escapes_after("set standard_conforming_strings = off;\nbegin;\nset local standard_conforming_strings = on;\n"
                      "rollback;\n"));
}

TEST_CASE("E'…' escapes whatever the setting") {
  CHECK(is_one_statement("select E'\\';';"));
  CHECK(statements_of("set standard_conforming_strings = off;\nselect E'\\';', U&'\\';\n").size() == 2);
}
