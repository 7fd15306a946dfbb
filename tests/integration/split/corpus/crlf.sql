-- comment; line
create table t (
  a int,

  b text default ';'
);
create function f() returns text language plpgsql as $$
begin
  -- comment

  return 'a
b;';
end
$$;
select 'a'
';b';
select E'a'
'\'; select 'x';
select 1 -- c
;
/* block;
comment */ select 2;
select 3
