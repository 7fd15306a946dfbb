DROP TABLE r_customer_summary;
