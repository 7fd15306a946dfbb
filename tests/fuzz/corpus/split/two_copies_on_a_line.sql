COPY t FROM stdin; SELECT 1; COPY u FROM stdin;
1	x
\.
2	y
\.
SELECT 2;