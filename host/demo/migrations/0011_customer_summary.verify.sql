SELECT NOT EXISTS (SELECT FROM r_customer_summary WHERE (order_count = 0) <> (last_order_at IS NULL));
