create table größe (straße text default 'ä;ö', "名前;" text);
insert into größe values ('ß;', '日本;語'), ('😀;', $ö$;$ö$);
select * from größe where straße = 'ß;'; -- ümlaut;
comment on table größe is '“quoted”; «text»…';
create function çiçek() returns text language sql as $тег$ select 'да;' $тег$;
select çiçek();
