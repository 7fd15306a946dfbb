ALTER TABLE customers ADD COLUMN given_name text, ADD COLUMN family_name text;

UPDATE customers
SET
  given_name = split_part(name, ' ', 1),
  family_name = substr(name, strpos(name, ' ') + 1);

ALTER TABLE customers
  ALTER COLUMN given_name SET NOT NULL,
  ALTER COLUMN family_name SET NOT NULL,
  DROP COLUMN name;
