create table data (id int, t text);
copy data from stdin;
1	one
2	two;