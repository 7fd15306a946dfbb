SELECT 1;
-- davit: no-transaction
