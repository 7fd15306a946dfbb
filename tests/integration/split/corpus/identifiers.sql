create table begin_it (a$b int, _c int, d$ int);
select a$b, d$ from begin_it; select a$b from begin_it;
drop table begin_it;
select e as e, b as b, x as x, n as n, u as u from (values (1,2,3,4,5)) v(e, b, x, n, u); select u&1 from (values(1)) v(u);
select create, function;
