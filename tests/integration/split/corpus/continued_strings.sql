select 'a'
';b';
select 'a'   -- comment; here
  ';b'
  '''c;';
select 'a'

';b';
select E'a'
'plain\'; select 'x';
select E'a'
  E'b;';
select U&'a'
'\0061;';
select B'1'
'0';
select X'1'
'F';
select 'a' /* not; continued */ ';b';
select E'x' '\'; select 1;
