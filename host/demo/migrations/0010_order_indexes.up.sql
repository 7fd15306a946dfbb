-- davit: no-transaction
-- CONCURRENTLY lets the shop go on selling while the indexes are built; it cannot run in a transaction.
CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id, placed_at DESC);
CREATE INDEX CONCURRENTLY orders_to_be_paid ON orders (placed_at) WHERE status = 'placed';
