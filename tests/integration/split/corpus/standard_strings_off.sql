select 'plain\'; select 1;
set standard_conforming_strings = off; select 'still plain on this line\'; select 2;
select 'it\'s; escaped', E'\';', U&'\';
select 'a'
'\';b';
select B'1', X'F', N'\';';
select $$\$$; select "\";
select :'a\';';
set standard_conforming_strings to 'on'; select 'still\'; escaped';
select 'plain\'; select 3;
begin; set local standard_conforming_strings = off;
select '\';';
commit;
select 'plain\'; select 4;
set session standard_conforming_strings to false;
reset standard_conforming_strings;
select 'plain\'; select 5;
set standard_conforming_strings = 0;
select '\';';
begin; set local standard_conforming_strings to on;
select '\'; rollback;
select '\';';
discard all;
select 'plain\'; select 6;
/* c */ SET /* d */ Standard_Conforming_Strings -- e
 = False;
select '\';';
reset all;
select 'plain\'; select 7;
