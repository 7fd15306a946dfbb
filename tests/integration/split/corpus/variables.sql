select :nope; select :'nope'; select :"nope";
select 1::int, 1 ::text; select x:=1; select a[1:2], b[:c];
select :E'\'; select 1;
select ::E'\';'; select 2;
select :begin; select :1; select ':nope', ":nope", $$:nope$$;
create function :begin() returns int language sql as 'select 1'; select 3;
