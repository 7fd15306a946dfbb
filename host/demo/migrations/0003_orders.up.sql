CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped');

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  status order_status NOT NULL DEFAULT 'placed',
  placed_at timestamptz NOT NULL DEFAULT now()
);

-- Seven in eight orders are through; the others wait for their money.
INSERT INTO orders (customer_id, status, placed_at)
SELECT
  1 + n * n / 7 % 7, -- all but the newest customer
  CASE WHEN n % 8 = 0 THEN 'placed' WHEN n % 3 = 0 THEN 'paid' ELSE 'shipped' END::order_status,
  timestamptz '2024-07-01 10:00+00' + n * interval '29 hours'
FROM generate_series(1, 120) AS n;
