#include "statements_of.hpp"

namespace {

std::string part(const std::string &text, const std::string &data) { return text + " <- " + data; }

strings parts_of(std::string_view text) {
  const auto split = davit::sql::split(text);
  if (split.first_problem) FAIL_CHECK(split.first_problem->message);
  strings out;
  for (const auto &statement : split.statements)
    out.push_back(part(std::string(statement.text), std::string(statement.copy_data)));
  return out;
}

} // namespace

TEST_CASE("the lines after COPY … FROM stdin are its data, up to the line with a backslash and a dot") {
  CHECK(parts_of("copy t from stdin;\n1\ta\n2\tb;'\n\\.\nselect 1;") ==
        strings{part("copy t from stdin;", "1\ta\n2\tb;'\n"), part("select 1;", "")});
}

TEST_CASE("data can be empty, and can go on to the end of the file") {
  CHECK(parts_of("copy t from stdin;\n\\.\n") == strings{part("copy t from stdin;", "")});
  CHECK(parts_of("copy t from stdin;\n1\n2") == strings{part("copy t from stdin;", "1\n2")});
  CHECK(parts_of("copy t from stdin;\n1\n\\.") == strings{part("copy t from stdin;", "1\n")});
  CHECK(parts_of("copy t from stdin;") == strings{part("copy t from stdin;", "")});
  CHECK(parts_of("copy t from stdin\n\n") == strings{part("copy t from stdin", "")});
}

TEST_CASE("only a line of its own ends the data") {
  CHECK(parts_of("copy t from stdin;\n\\. \n \\.\n\\\\.\na\\.\n\n\\.\n") ==
        strings{part("copy t from stdin;", "\\. \n \\.\n\\\\.\na\\.\n\n")});
}

TEST_CASE("with line ends of Windows the data keeps them") {
  CHECK(parts_of("copy t from stdin;\r\n1\r\n\\.\r\nselect 1;\r\n") ==
        strings{part("copy t from stdin;", "1\r\n"), part("select 1;", "")});
}

TEST_CASE("the rest of the line is SQL, run after the data is read") {
  CHECK(parts_of("copy t from stdin; select 1; -- c\n1\n\\.\nselect 2;") ==
        strings{part("copy t from stdin;", "1\n"), part("select 1;", ""), part("select 2;", "")});
  CHECK(parts_of("copy t from stdin; select 1") == strings{part("copy t from stdin;", ""), part("select 1", "")});
}

TEST_CASE("several on one line take their data one after another") {
  CHECK(
      parts_of("copy a from stdin; copy b from stdin; copy c from stdin;\n1\n\\.\n2\n\\.\n3\n") ==
      strings{part("copy a from stdin;", "1\n"), part("copy b from stdin;", "2\n"), part("copy c from stdin;", "3\n")});
}

TEST_CASE("a statement that the data would cut in two is refused") {
  for (const std::string text : {"copy t from stdin; select\n1\n\\.\n2;", "copy t from stdin; select 'a\n1\n\\.\nb';",
                                 "copy t from stdin; /* a\n1\n\\.\n*/"}) {
    CAPTURE(text);
    const auto split = davit::sql::split(text);
    REQUIRE(split.first_problem);
    CHECK(split.first_problem->offset == 19);
    CHECK(split.first_problem->message.find("cut in two") != std::string::npos);
  }
}

TEST_CASE("STDOUT means the same as STDIN there, as it does for the server") {
  CHECK(parts_of("copy t from STDOUT;\n1\n\\.\n") == strings{part("copy t from STDOUT;", "1\n")});
}

TEST_CASE("other COPY statements have no data") {
  CHECK(parts_of("copy t to stdout;\nselect 1;").size() == 2);
  CHECK(parts_of("copy t from '/tmp/x';\nselect 1;").size() == 2);
  CHECK(parts_of("copy (select 1 from stdin) to stdout;\nselect 1;").size() == 2);
  CHECK(parts_of("copy t from program 'cat stdin';\nselect 1;").size() == 2);
}
