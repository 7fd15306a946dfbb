#include "statements_of.hpp"

TEST_CASE("the body of BEGIN ATOMIC is part of its function") {
  CHECK(is_one_statement("create function f() returns int begin atomic select 1; select 2; end;"));
  CHECK(is_one_statement("CREATE OR REPLACE PROCEDURE p() LANGUAGE SQL BEGIN ATOMIC INSERT INTO t VALUES (1); END;"));
  CHECK(is_one_statement("create /* a */ or -- b\n replace\nfunction f() begin atomic; end;"));
}

TEST_CASE("CASE … END within the body does not end it") {
  CHECK(is_one_statement("create function f() begin atomic select case when true then case 1 when 1 then 2 end end; "
                         "select 3; end;"));
  CHECK(is_one_statement("create function f() begin atomic select (case 1 when 1 then 2 end); select 3; end;"));
}

TEST_CASE("after the body statements are split again") {
  CHECK(statements_of("create function f() begin atomic select 1; end; select 2; begin; end;") ==
        strings{"create function f() begin atomic select 1; end;", "select 2;", "begin;", "end;"});
}

TEST_CASE("BEGIN means nothing special in other statements") {
  CHECK(statements_of("begin; create view function as select 1; end;") ==
        strings{"begin;", "create view function as select 1;", "end;"});
  CHECK(statements_of("alter function f() rename to begin; select 1;") ==
        strings{"alter function f() rename to begin;", "select 1;"});
  CHECK(statements_of("create or replace view begin as select 1; select 2;").size() == 2);
  CHECK(statements_of("create trigger t before insert on begin execute function f(); select 2;").size() == 2);
}

TEST_CASE("BEGIN in quotes, names and parentheses does not open a body") {
  CHECK(statements_of("create function f() as 'begin'; select 1;").size() == 2);
  CHECK(statements_of("create function f() as $$ begin; end $$; select 1;").size() == 2);
  CHECK(statements_of("create function f(begin int) as 'x'; select 1;").size() == 2);
  CHECK(statements_of("create function \"begin\"() as 'x'; select 1;").size() == 2);
  CHECK(statements_of("create function begin_it() as 'x'; select 1;").size() == 2);
  CHECK(statements_of("create function :begin() as 'x'; select 1;").size() == 2);
}

TEST_CASE("like psql, a body without END runs to the end of the file") {
  CHECK(is_one_statement("create function x.begin() returns int as 'a'; select 1; select 2"));
}
