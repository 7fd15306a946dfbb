

select

  1

,

2


;

-- comment


/* a

b */

select 3

-- c

;

select 'x

y' /*

z */


