select 1, .5, 1., 1.5e-3, 1e+10, 1E5; select 1..2; select 1e; select 1.e5;
select 1E'\'; select 2;
select 1.5e'\'; select 3;
select 1eE'\'; select 4;
select 1e--5;
;select 1e+; select 0x1F; select 1_000; select 1x'a;'; select 0b'1;';
select 1a$x$; select 5; select $1a$x$; select 6;
select 1.5abc, 5;
