-- A migration as people write them.
BEGIN;

CREATE TYPE order_state AS ENUM ('new', 'paid; not shipped', 'done');

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state order_state NOT NULL DEFAULT 'new',

    -- money; in cents
    total numeric(10, 2) CHECK (total >= 0),
    note text DEFAULT 'it''s; ok'
);

CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF NEW.total IS NULL THEN
        RAISE EXCEPTION 'total; missing: %', NEW.id USING HINT = $h$set; it$h$;
    END IF;

    RETURN NEW;
END;
$function$;

CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();

INSERT INTO orders (total, note) VALUES (1.50, E'a\tb;'), (2, $$c;$$);

CREATE VIEW done AS SELECT * FROM orders WHERE state = 'done'::order_state;
COMMENT ON VIEW done IS 'Orders; done';

DO $do$
DECLARE r record;
BEGIN
    FOR r IN SELECT id FROM orders LOOP
        EXECUTE format('UPDATE orders SET note = %L WHERE id = %s;', 'x;', r.id);
    END LOOP;
END
$do$;

COMMIT;

CREATE INDEX CONCURRENTLY orders_state ON orders (state);
VACUUM orders;
