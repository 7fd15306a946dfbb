SELECT loyalty_level(1000) = 'gold' AND loyalty_level(999.99) = 'silver' AND loyalty_level(0) = 'none';
SELECT NOT EXISTS (SELECT FROM gold_customers WHERE revenue < 1000);
