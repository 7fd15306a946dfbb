ALTER TABLE orders ADD COLUMN cancelled_at timestamptz;

UPDATE orders
SET status = 'cancelled', cancelled_at = now()
WHERE status = 'placed' AND placed_at < timestamptz '2024-10-01 00:00+00';

ALTER TABLE orders
  ADD CONSTRAINT cancelled_orders_have_a_time CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL));
