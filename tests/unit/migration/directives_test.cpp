#include "parse_fixture.hpp"

TEST_CASE("a directive stands in the comments above the first statement") {
  for (const std::string text :
       {"-- davit: no-transaction\nselect 1;", "/* licence */\n-- notes\n  -- davit: no-transaction\nselect 1;",
        "--davit:no-transaction\r\nselect 1;\r\n", "-- DAVIT : no-transaction \nselect 1;",
        "\xEF\xBB\xBF-- davit: no-transaction", "-- davit: no-transaction\n-- davit: no-transaction\n"}) {
    CAPTURE(text);
    const auto s = parse(text);
    CHECK(s.no_transaction);
    CHECK(s.no_transaction_reason == "-- davit: no-transaction");
    CHECK_FALSE(s.wrapped);
  }
}

TEST_CASE("an unknown directive is an error, with the nearest that exists") {
  const auto e = syntax_error_of("-- a\n -- davit: no-transacton\nselect 1;");
  CHECK(to_string(e.where) == "dir/1_a.up.sql:2:2");
  CHECK(contains(e.message, "unknown directive 'no-transacton'"));
  CHECK(e.hint == "did you mean 'no-transaction'?");
  CHECK(contains(syntax_error_of("-- davit: online").message, "'online'"));
  CHECK(contains(syntax_error_of("-- davit: No-Transaction!").message, "unknown"));
  CHECK(contains(syntax_error_of("-- davit:").message, "unknown"));
}

TEST_CASE("a directive below the first statement is an error: it would be overlooked") {
  const auto e = syntax_error_of("select 1\n-- davit: no-transaction\n;");
  CHECK(e.where.line == 2);
  CHECK(contains(e.message, "after the first statement"));
  CHECK(contains(e.hint, "above"));
}

TEST_CASE("what only looks like a directive is none") {
  for (const std::string text : {"-- davit runs this: no-transaction\n", "-- see davit: no-transaction\n",
                                 "/* davit: no-transaction */ select 1;", "/*\n-- davit: no-transaction\n*/ select 1;",
                                 "select '\n-- davit: no-transaction\n';", "-- davits: two"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).no_transaction);
  }
}
