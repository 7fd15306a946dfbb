begin; select 1; commit;
begin work;
savepoint a; select 1/0; rollback to a; release savepoint a;
end;
start transaction isolation level serializable; rollback and chain; rollback;
begin; syntax error; select 1; rollback;
prepare p as select 1; execute p; deallocate p;
set transaction read only;
