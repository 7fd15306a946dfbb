DROP VIEW silver_customers;
DROP VIEW gold_customers;
ALTER TABLE r_customer_summary DROP COLUMN loyalty;
DROP FUNCTION loyalty_level(numeric);
