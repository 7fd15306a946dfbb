create table data (id int, t text); create table more (id int, t text);
copy data from stdin;
1	one; 'quoted
2	two -- $$ /*
3	\\.
4	\N
\.
select count(*) from data;
COPY public.data (id, t) FROM STDIN WITH (FORMAT csv, HEADER);
id,t
5,"five; with ""quotes""
and a line end"
6,
\.
copy data from stdin with csv delimiter ';';
7;seven
\.
copy data (t, id) from /* where */ stdin;
eight	8
\.
copy data from stdout;
9	nine
\.
copy data from stdin; select 'same line;', count(*) from data; -- comment;
10	ten
\.
copy data from stdin; copy more from stdin; select 'after both;';
11	eleven
\.
12	twelve
\.
copy data
from
stdin
;
13	thirteen
\.

select * from data;
copy data from stdin;
\.
copy (select 1 from (values (1)) stdin) to stdout; select 1;
copy data to stdout; select 2;
copy data from '/nowhere'; select 3;
begin; copy more from stdin; commit;
14	fourteen
\.
copy more from stdin;
15	ä;ö 日本
\.
select 'last';
