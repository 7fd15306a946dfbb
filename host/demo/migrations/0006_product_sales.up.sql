CREATE VIEW product_sales AS
SELECT
  p.sku,
  p.title,
  coalesce(sum(i.quantity), 0) AS sold,
  coalesce(sum(i.quantity * i.unit_price), 0) AS revenue
FROM products p LEFT JOIN order_items i ON i.product_id = p.id
GROUP BY p.id;
