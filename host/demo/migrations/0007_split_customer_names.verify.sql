SELECT NOT EXISTS (SELECT FROM customers WHERE '' IN (given_name, family_name));
