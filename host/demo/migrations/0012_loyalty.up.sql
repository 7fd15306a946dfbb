CREATE FUNCTION loyalty_level(revenue numeric) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN revenue >= 1000 THEN 'gold' WHEN revenue >= 250 THEN 'silver' ELSE 'none' END;

ALTER TABLE r_customer_summary
  ADD COLUMN loyalty text NOT NULL GENERATED ALWAYS AS (loyalty_level(revenue)) STORED;

DO $do$
DECLARE
  level text;
BEGIN
  -- One view per level; the names are data here, so they are quoted by format().
  FOREACH level IN ARRAY ARRAY['gold', 'silver'] LOOP
    EXECUTE format(
      $sql$CREATE VIEW %I AS
        SELECT c.id, c.email, s.revenue
        FROM customers c JOIN r_customer_summary s ON s.customer_id = c.id
        WHERE s.loyalty = %L$sql$,
      level || '_customers', level);
  END LOOP;
END;
$do$;
