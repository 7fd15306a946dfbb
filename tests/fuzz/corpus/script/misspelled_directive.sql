-- DAVIT : No-Transaction
SELECT 1;
