-- By way of the catalog: the value itself cannot be used before COMMIT.
SELECT count(*) = 1 FROM pg_enum WHERE enumtypid = 'order_status'::regtype AND enumlabel = 'cancelled';
