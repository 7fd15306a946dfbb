SELECT count(*) > 0 FROM products;
SELECT bool_and(price > 0) FROM products;
