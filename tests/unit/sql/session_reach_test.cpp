#include "sql/session_reach.hpp"

#include <doctest/doctest.h>

using davit::sql::changes_new_sessions;
using davit::sql::may_run_code;

TEST_CASE("statements that read or write rows, or call, may run anybody's code") {
  for (const char *statement :
       {"insert into t values (1)", "SELECT 1", "-- a\nupdate t set a = 1", "call p()", "do $$ begin end $$",
        "execute p", "truncate t", "copy t from stdin", "create table a as select 1",
        "create unlogged table a as with x as (select 1) "
        "select 1",
        "create materialized view v as select 1", "refresh materialized view v"})
    CHECK_MESSAGE(may_run_code(statement), statement);
}

TEST_CASE("statements that only define something run none") {
  for (const char *statement :
       {"create table a (x int)", "create index concurrently i on t (x)", "alter table a add x int", "drop table a",
        "create view v as select 1", "create or replace function f() returns int language sql as 'select 1'",
        "set local work_mem = '1MB'", "grant select on t to x", "comment on table t is 'a'", "vacuum t", ""})
    CHECK_FALSE_MESSAGE(may_run_code(statement), statement);
}

TEST_CASE("what sessions begin with from then on is told by ALTER DATABASE and ALTER ROLE") {
  for (const char *statement :
       {"alter database d set search_path = app", "ALTER ROLE ALL IN DATABASE d SET a.b = 1", "alter user u reset all"})
    CHECK_MESSAGE(changes_new_sessions(statement), statement);
  for (const char *statement :
       {"alter database d set tablespace x", "alter role u superuser", "alter database d owner to u",
        "alter table t "
        "set (fillfactor = 70)"})
    CHECK_FALSE_MESSAGE(changes_new_sessions(statement), statement);
}
