DROP TRIGGER order_total ON order_items;
DROP FUNCTION refresh_order_total();
ALTER TABLE orders DROP COLUMN total;
