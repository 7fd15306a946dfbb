select 1 -- comment, 2;
select E'a''\';b';
select E'a' -- c  '\';b';
select E'a'

'\';b';
select 'x';select 3;select 4;-- comment;  select 5;
