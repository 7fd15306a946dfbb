ALTER TABLE orders DROP CONSTRAINT cancelled_orders_have_a_time;
UPDATE orders SET status = 'placed' WHERE status = 'cancelled';
ALTER TABLE orders DROP COLUMN cancelled_at;
