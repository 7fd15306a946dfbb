create table base (a int, b text);
create table log1 (a int, at text); create table log2 (a int);
create rule base_insert as on insert to base do also (
  insert into log1 values (new.a, 'first;');
  insert into log2 values (new.a);
);
create rule base_update as on update to base do also (insert into log1 values (new.a, ')'); insert into log2 values (((new.a)));); select 1;
create rule base_delete as on delete to base do instead nothing;
insert into base values (1, 'x'), (2, 'y;');
update base set b = ';' where a = (1);
select * from log1; select * from log2;
