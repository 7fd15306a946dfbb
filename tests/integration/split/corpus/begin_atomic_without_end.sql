select 1;
create function odd.begin() returns int language sql as 'select 1';
select 2;
-- all of this is one statement to psql

select 3;
