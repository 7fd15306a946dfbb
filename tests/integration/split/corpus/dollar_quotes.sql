select $$a;b$$, $tag$c;d$tag$, $$$$;
select $a$ ; $b$ ; $$ ; $ab$ ; $a ; $a$;
select $A$ ; $a$ ; $A$;
select $_x1$ ; $_x1$, $é$ ; $é$;
select $body$ it's; "quoted; -- not a comment
/* nor this; $body$;
select $outer$ $inner$ ; $inner$ ; $outer$;
select $delim$ ; $junk$delim$;
select a$b$c; select d$$e; select f$1;
select 1$$;$$; select 2 $$;$$;
select $1; select $2$ ; $2; select $1a$; select 2; select $; select 3;
do $$
begin

  perform 1;

  perform ';';
end
$$;
create function body_with_blank_lines() returns int language plpgsql as $fn$

declare
  a int := 1;


begin
  -- comment; in the body

  /* another; one */
  return a;

end;
$fn$;
select prosrc from pg_proc where proname = 'body_with_blank_lines';
create or replace function tabs() returns text language sql as $$select '	tab;' $$ immutable;
