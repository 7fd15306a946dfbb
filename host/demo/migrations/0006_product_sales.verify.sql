SELECT (SELECT sum(revenue) FROM product_sales) = (SELECT sum(total) FROM orders);
