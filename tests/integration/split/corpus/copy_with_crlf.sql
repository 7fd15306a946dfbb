create table data (id int, t text);
copy data from stdin;
1	one;
2	two
\.
select count(*) from data;
copy data from stdin csv;
3,"three"
\.
select 'last';
