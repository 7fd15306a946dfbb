select 'it''s; fine', '''', '''; ''';
select 'c:\'; select 'd:\\';
select E'it\'s; fine', e'\\', E'\'''; ''\'';
select E'\
'';', E'\101\x41\u0041';
select U&'d\0061t;a', u&'\'; select U&'!0061' UESCAPE '!';
select B'101', b'0', X'1F', x'ab;';
select N'national; \'; select n'x';
select 'several

lines;

here';
select ';'
;select';';
select somee'\'; select 1;
select 'a'::text, E'\\'::text;
select $1, 'x' where 'a' = 'a;';
