create table numbers (n int);
create function one() returns int language sql begin atomic select 1; select 2; end; select one();
create or replace function two(x int) returns int
language sql
begin atomic

  insert into numbers values (x);

  -- end; of nothing
  select case when x > 0 then case x when 1 then 'a' else 'b' end else 'c;' end;
  select (case x when 1 then 2 end);
  select count(*)::int from numbers; /* end; */
end;
create procedure three(a int) begin atomic insert into numbers values (a); insert into numbers values (a + 1); end;
CREATE OR REPLACE PROCEDURE four() LANGUAGE SQL BEGIN ATOMIC CALL three(1); END;
call four();
create /* a */ or -- b
replace function five() returns int begin atomic
  select 1 as "end"; select 2;
end;
create function six(begin int) returns int language sql as 'select 1; select 2'; select 3;
create function begin_seven() returns int language sql as $$ begin; end; select 1 $$; select 4;
create function eight() returns int return (select 1); select 5;
create view nine as select 1 as begin_; create table function_begin (a int); select 6;
begin; create function ten() returns int begin atomic select 1; end; commit;
select 7; end;
create function bad() returns int begin atomic select nope_at_all; select 1; end; select 8;
create schema "function" create table t (a int); select 9;
alter function one() rename to begin; select 10;
