-- davit: no-transaction
DROP INDEX CONCURRENTLY orders_to_be_paid;
DROP INDEX CONCURRENTLY orders_by_customer;
