-- comment;

select 1;
