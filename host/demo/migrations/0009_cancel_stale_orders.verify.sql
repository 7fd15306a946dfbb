SELECT NOT EXISTS (SELECT FROM orders WHERE status = 'placed' AND placed_at < timestamptz '2024-10-01 00:00+00');
