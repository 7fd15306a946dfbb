ALTER TABLE customers ADD COLUMN name text;
UPDATE customers SET name = given_name || ' ' || family_name;
ALTER TABLE customers ALTER COLUMN name SET NOT NULL, DROP COLUMN given_name, DROP COLUMN family_name;
