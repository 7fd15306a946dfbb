-- leading; comment
  -- indented; comment

/* block; comment */ select 1;
select /* a /* nested; /* deeper; */ */ still; */ 2;
select 3 -- trailing; comment
;
select 4 /* spans

several; lines

*/ + 1;
/**/select 5;/***/ select 6;
/*/ odd; /*/ ; */ */ select 7;
select 8 /* ' " $$ ( */ ;
select 9 -- ' " $$ ( /*
;
/* two */ /* comments; */ -- and a line; comment
select 10;
select 11 --no space;
;
--
---- dashes;
select 12;
/* only a comment; and a semicolon */ ;
/* the end */
