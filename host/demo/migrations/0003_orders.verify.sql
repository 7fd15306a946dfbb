SELECT enum_range(NULL::order_status)::text[] @> '{placed,paid,shipped}';
SELECT NOT EXISTS (SELECT FROM orders WHERE placed_at > now());
