create table "semi;colon" ("a;b" int, "say ""hi;""" int, "new
line;" int);
select "a;b", "say ""hi;""" from "semi;colon";
select U&"\0061;" from nope; select u&"x!003B" uescape '!' from nope;
select "\"; select "'"; select "$$"; select "--"; select "/*";
drop table "semi;colon";
select 1 as "";
