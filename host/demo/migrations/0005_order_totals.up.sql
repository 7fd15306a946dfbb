ALTER TABLE orders ADD COLUMN total numeric(12, 2) NOT NULL DEFAULT 0;

-- The total is kept by the database, so that every program that writes items keeps it right.
CREATE FUNCTION refresh_order_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint; -- the order; on DELETE there is no NEW row
BEGIN
  changed := CASE TG_OP WHEN 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
  UPDATE orders
  SET total = (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_items WHERE order_id = changed)
  WHERE id = changed;
  RETURN NULL;
END;
$$;

CREATE TRIGGER order_total AFTER INSERT OR DELETE OR UPDATE OF quantity, unit_price ON order_items
FOR EACH ROW EXECUTE FUNCTION refresh_order_total();

UPDATE orders o
SET total = i.total
FROM (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) i
WHERE i.order_id = o.id;
