CREATE TABLE order_items (
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
  product_id bigint NOT NULL REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL, -- as it was when the order was placed
  PRIMARY KEY (order_id, product_id)
);

INSERT INTO order_items (order_id, product_id, quantity, unit_price)
SELECT o.id, p.id, 1 + o.id * p.id % 3, p.price
FROM orders o JOIN products p ON p.id = 1 + o.id % 8 OR (o.id * 3 + p.id * p.id) % 7 < 2;
