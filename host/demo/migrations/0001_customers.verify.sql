-- A statement that answers with one boolean must answer true.
SELECT count(*) > 0 FROM customers;
SELECT NOT EXISTS (SELECT FROM customers WHERE email <> lower(email));
