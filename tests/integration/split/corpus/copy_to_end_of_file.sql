create table data (id int, t text);
copy data from stdin; select 1;
1	one
2	two;
