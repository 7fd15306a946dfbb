-- A value cannot be taken out of an enum: the type is made anew.
ALTER TYPE order_status RENAME TO order_status_with_cancelled;
CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped');
ALTER TABLE orders
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN status TYPE order_status USING status::text::order_status,
  ALTER COLUMN status SET DEFAULT 'placed';
DROP TYPE order_status_with_cancelled;
