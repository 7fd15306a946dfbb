select 1;select 2; select 3 ;
  select 4
  ;;
;
select 'a;b', "c;d" from (values (1)) as v("c;d");
select
  5,

  6
;
(select 7);
select 8; -- nine: select 9;
	select 10;
table nope;
syntax error here;
select 11, (select 12;
13);
select 14);
select array[1,2][1], '{"a": ";"}'::jsonb;
