SELECT count(*) = 2 AND bool_and(indisvalid)
FROM pg_index
WHERE indexrelid IN ('orders_by_customer'::regclass, 'orders_to_be_paid'::regclass);
