#include "statements_of.hpp"

TEST_CASE("a doubled quote does not end a string") {
  CHECK(is_one_statement("select 'it''s; fine';"));
  CHECK(is_one_statement("select '''';"));
  CHECK(is_one_statement("select '''; ';"));
}

TEST_CASE("a backslash is a plain character in '…'") {
  CHECK(statements_of("select 'c:\\'; select 2;") == strings{"select 'c:\\';", "select 2;"});
}

TEST_CASE("a backslash escapes in E'…'") {
  CHECK(is_one_statement("select E'it\\'s; fine';"));
  CHECK(is_one_statement("select e'\\\\'';';"));
  CHECK(statements_of("select E'\\\\'; select 2;") == strings{"select E'\\\\';", "select 2;"});
  CHECK(is_one_statement("select E'a\\\n'';';")); // a backslash at the end of the line
}

TEST_CASE("other prefixes do not make a backslash escape") {
  for (const std::string prefix : {"U&", "u&", "B", "x", "N", "n"})
    CHECK(statements_of("select " + prefix + "'\\'; select 2;") == strings{"select " + prefix + "'\\';", "select 2;"});
}

TEST_CASE("a letter is a prefix only as a word of its own") {
  CHECK(statements_of("select somee'\\'; select 2;") == strings{"select somee'\\';", "select 2;"});
  CHECK(statements_of("select 1E'\\'; select 2;") == strings{"select 1E'\\';", "select 2;"}); // sticks to the number
  CHECK(statements_of("select 1.5e'\\'; select 2;") == strings{"select 1.5e'\\';", "select 2;"});
  CHECK(statements_of("select :E'\\'; select 2;") == strings{"select :E'\\';", "select 2;"}); // psql's variable E
  CHECK(is_one_statement("select a::E'\\';';"));
  CHECK(statements_of("select 1eE'\\'; select 2;") == strings{"select 1eE'\\';", "select 2;"});
}

TEST_CASE("psql does not see a string continued on the next line as one") {
  CHECK(is_one_statement("select 'a'\n';b';"));
  CHECK(statements_of("select E'a'\n'\\'; select 2;") == strings{"select E'a'\n'\\';", "select 2;"});
}

TEST_CASE("psql sees a string continued behind a lone carriage return") {
  CHECK(is_one_statement("select E'a'\r'\\';b';"));
  CHECK(is_one_statement("select E'a' \t-- c\r  \r'\\';b';"));
  CHECK(is_one_statement("select E'a'\n\n\r'\\';b';"));
  CHECK(statements_of("select E'a' '\\'; select 2;") == strings{"select E'a' '\\';", "select 2;"});
  CHECK(statements_of("select E'a'\r-- c\n'\\'; select 2;") == strings{"select E'a'\r-- c\n'\\';", "select 2;"});
}

TEST_CASE("quoted names hide semicolons; a doubled quote does not end them") {
  CHECK(is_one_statement("select \"a;b\", \"a\"\";\", U&\"\\0061;\", u&\"x\";"));
  CHECK(statements_of("select \"\\\"; select 2;") == strings{"select \"\\\";", "select 2;"});
}

TEST_CASE("dollar quotes end at their own tag only") {
  CHECK(is_one_statement("select $$;$$;"));
  CHECK(is_one_statement("select $a$;$b$;$$;$a$;"));
  CHECK(is_one_statement("select $a$;$ab$;$a;$a$;"));
  CHECK(is_one_statement("select $ä_1$;$ä_1$;"));
  CHECK(is_one_statement("select $A$;$a$;$A$;")); // case matters
  CHECK(is_one_statement("select $a$ ' -- /* $a $$ \n;\n\n;$a$;"));
  CHECK(is_one_statement("select $delim$;$junk$delim$;"));
}

TEST_CASE("not every dollar is a quote") {
  CHECK(statements_of("select a$b$c; select d$$e;") == strings{"select a$b$c;", "select d$$e;"});
  CHECK(statements_of("select $1; select $2$;$2;") == strings{"select $1;", "select $2$;", "$2;"});
  CHECK(statements_of("select $1a$; select 1;") == strings{"select $1a$;", "select 1;"});
  CHECK(statements_of("select $; select $ $;") == strings{"select $;", "select $ $;"});
  CHECK(statements_of("select 1a$x$; select 2;") == strings{"select 1a$x$;", "select 2;"}); // a$x$ sticks to the number
  CHECK(statements_of("select $a; select 2;") == strings{"select $a;", "select 2;"});
}

TEST_CASE("a dollar quote can follow a number") { CHECK(is_one_statement("select 1$$;$$;")); }

TEST_CASE("numbers of all forms are passed over") {
  CHECK(is_one_statement("select 1, .5, 1., 1.5e-3, 1e+10, 0x1F, 1_000, 1..2, 1e;"));
  CHECK(is_one_statement("select 1e--5;")); // the sign belongs to the number for psql
}
