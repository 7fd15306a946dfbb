SELECT 'cancelled' = ANY (enum_range(NULL::order_status)::text[]);
