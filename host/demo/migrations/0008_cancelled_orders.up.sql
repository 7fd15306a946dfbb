-- A new value can be used once this is committed, so the next migration is the first that can.
ALTER TYPE order_status ADD VALUE 'cancelled';
