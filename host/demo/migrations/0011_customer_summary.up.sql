-- Filled by the plugin read-model, right after this SQL and in the same transaction.
CREATE TABLE r_customer_summary (
  customer_id bigint PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
  order_count bigint NOT NULL,
  revenue numeric(14, 2) NOT NULL,
  last_order_at timestamptz
);
