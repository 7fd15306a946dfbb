#include "statements_of.hpp"

TEST_CASE("a semicolon ends a statement and belongs to it") {
  CHECK(statements_of("select 1;select 2;\nselect 3;") == strings{"select 1;", "select 2;", "select 3;"});
}

TEST_CASE("nothing is split into nothing") {
  CHECK(statements_of("").empty());
  CHECK(statements_of(" \t\r\n\f\v").empty());
  CHECK(statements_of("-- only this").empty());
}

TEST_CASE("a lone semicolon is a statement, as it is for psql") {
  CHECK(statements_of(";;\n;") == strings{";", ";", ";"});
}

TEST_CASE("the last statement needs no semicolon, and keeps the comments behind it") {
  CHECK(statements_of("select 1;\nselect 2") == strings{"select 1;", "select 2"});
  CHECK(statements_of("select 1 -- one\n-- two\n\n\n") == strings{"select 1 -- one\n-- two"});
  CHECK(statements_of("select 1\n  \n") == strings{"select 1\n  "});
}

TEST_CASE("white space and line comments in front of a statement are not part of it") {
  CHECK(statements_of("  -- a; b\n\n\t-- c\nselect 1;  -- d\nselect 2;") == strings{"select 1;", "select 2;"});
}

TEST_CASE("a block comment is part of the statement it precedes") {
  CHECK(statements_of("/* a */ -- b\nselect 1;") == strings{"/* a */ -- b\nselect 1;"});
  CHECK(statements_of("select 1;\n/* the end */\n") == strings{"select 1;", "/* the end */"});
}

TEST_CASE("comments within a statement hide semicolons") {
  CHECK(is_one_statement("select 1 -- ; no\n, 2;"));
  CHECK(is_one_statement("select /* ; ' \" $$ */ 1;"));
}

TEST_CASE("block comments nest") {
  CHECK(is_one_statement("select /* a /* b */ ; */ 1;"));
  CHECK(is_one_statement("select /*/* ; */; */ 1;"));
  CHECK(is_one_statement("select /***; ***/ 1;"));
  CHECK(is_one_statement("select /*/; */ 1;"));
}

TEST_CASE("a line comment ends at a carriage return too") {
  CHECK(statements_of("select 1 -- c\r;select 2;") == strings{"select 1 -- c\r;", "select 2;"});
}

TEST_CASE("operators end where a comment begins") {
  CHECK(is_one_statement("select 1 *-- ;\n 2;"));
  CHECK(is_one_statement("select 1 +/* ; */ 2;"));
  CHECK(is_one_statement("select @-/*;*/1;"));
  CHECK(is_one_statement("select 2 */**;**/ 3;"));
  CHECK(statements_of("select 1 - - 2; select 1 / 2 * 3;") == strings{"select 1 - - 2;", "select 1 / 2 * 3;"});
}

TEST_CASE("semicolons within parentheses end nothing, as in the actions of a rule") {
  CHECK(is_one_statement(
      "create rule r as on insert to t do also (insert into a values (1); insert into b values (2););"));
  CHECK(statements_of("select (1); select ((2));") == strings{"select (1);", "select ((2));"});
}

TEST_CASE("a closing parenthesis too many is left to the server") {
  CHECK(statements_of("select 1); select (2;3);") == strings{"select 1);", "select (2;3);"});
}

TEST_CASE("parentheses in quotes and comments do not count") {
  CHECK(statements_of("select '(', \"(\", $$($$ /* ( */ -- (\n; select 2;") ==
        strings{"select '(', \"(\", $$($$ /* ( */ -- (\n;", "select 2;"});
}

TEST_CASE("brackets and braces are characters like any other") {
  CHECK(statements_of("select a[1; select {;") == strings{"select a[1;", "select {;"});
}

TEST_CASE("line ends of Windows stay as they are") {
  CHECK(statements_of("select 1,\r\n 2;\r\nselect 3;\r\n") == strings{"select 1,\r\n 2;", "select 3;"});
}

TEST_CASE("blank lines within a statement stay in it") { CHECK(is_one_statement("select\n\n\n1\n\n;")); }

TEST_CASE("letters beyond ASCII are letters") {
  CHECK(is_one_statement("select größe, 名前 as \"ключ\", '…;' from tïtle;"));
}

TEST_CASE("casts, assignments and psql's variables are left alone") {
  CHECK(is_one_statement("select a::text, f(x := 1), :name, :'name', :\"name\", b[1:2];"));
  CHECK(is_one_statement("select 'a'::E'x';"));
}

TEST_CASE("the first token that is no comment is known") {
  CHECK(davit::sql::split("-- a\n/* b */ select 1;").first_token == 13);
  CHECK(davit::sql::split("-- a\n/* b */").first_token == std::string_view::npos);
}

TEST_CASE("line comments are listed wherever they stand, but not from within quotes") {
  const auto split = davit::sql::split("-- a\nselect '-- b', $$-- c$$ -- d\r\n; /* -- e */ --f");
  const std::vector<std::string_view> expected{"-- a", "-- d", "--f"};
  CHECK(split.line_comments == expected);
}
