DROP VIEW product_sales;
