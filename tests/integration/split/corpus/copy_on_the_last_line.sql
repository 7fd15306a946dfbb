create table data (id int, t text);
copy data from stdin; select 1